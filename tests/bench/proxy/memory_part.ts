import type { Part } from "./bench.ts";
import { NGINX } from "./figures.ts";
import { residentKbOf } from "./meter.ts";
import { runClient, runLoads } from "./run_loads.ts";

const CONNECTIONS = 2_048;
const WARM_MS = 500;
const MEASURE_MS = 2_000;
/** Pause before the memory of idle connections is read. */
const IDLE_MS = 2_000;

/** Memory of connections, while all are busy and while all are idle. */
export const MEMORY: Part = {
  isDefault: true,
  async run(bench) {
    const load = {
      name: `${CONNECTIONS} connections`,
      async take({ to, pids }: (typeof bench.proxies)[number]) {
        const beforeKb = residentKbOf(pids);
        const { busyKb, idleKb, openedMs } = await runClient(bench, {
          type: "busy",
          ...to("origin", "/"),
          connections: CONNECTIONS,
          atOnce: CONNECTIONS,
          isFresh: false,
          warmMs: WARM_MS,
          measureMs: MEASURE_MS * bench.scale,
          idleMs: IDLE_MS,
          pids,
        });
        return {
          openedMs,
          beforeMb: beforeKb / 1024,
          busyKb: (busyKb - beforeKb) / CONNECTIONS,
          idleKb: (idleKb - beforeKb) / CONNECTIONS,
        };
      },
    };
    // A process keeps what it has allocated once, so further rounds would show less.
    return {
      part: "memory",
      title:
        `resident memory of ${CONNECTIONS.toLocaleString("en")} keep-alive connections, which ` +
        "are opened at the same time",
      base: NGINX,
      columns: [
        { key: "beforeMb", title: "MB before", digits: 1 },
        { key: "busyKb", title: "KB/connection, busy", digits: 1 },
        { key: "idleKb", title: "KB/connection, idle", digits: 1 },
        { key: "openedMs", title: "ms until all had an answer", digits: 0 },
      ],
      loads: await runLoads({ ...bench, rounds: 1 }, [load]),
      targets: [],
    };
  },
};
