import type { Part } from "./bench.ts";
import { NGINX } from "./figures.ts";
import { AT_ONCE, runClient, runLoads } from "./run_loads.ts";

const BUSY = 1_000;
const WARM_MS = 1_000;
/** The busy clients need this time to begin and end around the new ones. */
const MARGIN_MS = 1_500;
const MEASURE_MS = 3_000;
const EVERY_MS = 10;

/** New clients beside busy ones. */
export const NEWCOMER: Part = {
  isDefault: true,
  async run(bench) {
    const measureMs = MEASURE_MS * bench.scale;
    const load = {
      name: `beside ${BUSY.toLocaleString("en")}`,
      async take({ to, pids }: (typeof bench.proxies)[number]) {
        const address = to("origin", "/");
        const busy = runClient(bench, {
          type: "busy",
          ...address,
          connections: BUSY,
          atOnce: AT_ONCE,
          isFresh: false,
          warmMs: WARM_MS,
          measureMs: measureMs + MARGIN_MS,
          idleMs: 0,
          pids,
        });
        await new Promise((resolve) => setTimeout(resolve, WARM_MS + MARGIN_MS / 2));
        const visitor = { type: "visitor", ...address, everyMs: EVERY_MS, measureMs } as const;
        const [{ requests, seconds }, visits] = await Promise.all([
          busy,
          runClient(bench, visitor),
        ]);
        return { ...visits, rate: requests / seconds };
      },
    };
    return {
      part: "newcomer",
      title:
        `100 new clients a second beside ${BUSY.toLocaleString("en")} busy connections, from ` +
        "the planned connect to the answer",
      base: NGINX,
      columns: [
        { key: "p50Ms", title: "p50 ms", digits: 1 },
        { key: "p99Ms", title: "p99 ms", digits: 1 },
        { key: "p999Ms", title: "p99.9 ms", digits: 1 },
        { key: "longestMs", title: "longest ms", digits: 0 },
        { key: "errors", title: "failed", digits: 0 },
        { key: "rate", title: "requests/s of the busy", digits: 0 },
      ],
      loads: await runLoads(bench, [load]),
      targets: [{ key: "p99Ms", isRatio: true, bound: "at most", limit: 2 }],
    };
  },
};
