import type { Part } from "./bench.ts";
import { NGINX } from "./figures.ts";
import { openMeter } from "./meter.ts";
import { runLoads } from "./run_loads.ts";
import { WRK_TOOL } from "./tools.ts";
import { runWrk } from "./wrk.ts";

const BODY_BYTES = 10_000_000;
const CONNECTIONS = 4;
const SECONDS = 2;

/** Large requests. */
export const UPLOAD: Part = {
  isDefault: false,
  needs: WRK_TOOL,
  async run(bench) {
    const load = {
      name: `${CONNECTIONS} connections`,
      async take({ to, pids }: (typeof bench.proxies)[number]) {
        const meter = openMeter(pids);
        const { requests, seconds, errors } = await runWrk(bench, {
          ...to("sink", "/"),
          connections: CONNECTIONS,
          seconds: Math.ceil(SECONDS * bench.scale),
          script: `wrk.method = "POST" wrk.body = string.rep("x", ${BODY_BYTES})`,
        });
        const gigabytes = requests * BODY_BYTES / 1e9;
        const { cpuSeconds } = meter.read();
        return {
          throughput: gigabytes * 1e3 / seconds,
          cpuByBytes: pids.length > 0 ? cpuSeconds / gigabytes : NaN,
          errors,
        };
      },
    };
    return {
      part: "upload",
      title: "requests of 10 MB",
      base: NGINX,
      columns: [
        { key: "throughput", title: "MB/s", digits: 0 },
        { key: "cpuByBytes", title: "CPU s/GB", digits: 3 },
        { key: "errors", title: "failed", digits: 0 },
      ],
      loads: await runLoads(bench, [load]),
      targets: [{ key: "throughput", isRatio: true, bound: "at least", limit: 1 }],
    };
  },
};
