import type { Bench, Part } from "./bench.ts";
import { NGINX } from "./figures.ts";
import { UPSTREAMS } from "./ports.ts";
import { type NamedLoad, runClient, runLoads } from "./run_loads.ts";

const STREAMS = [50, 1_000];
const WARM_MS = 500;
const MEASURE_MS = 10_000;
/** Duration of the load with few streams. */
const SHORT_MS = 3_000;

/** Streams of ten events a second each. */
export const SSE: Part = {
  isDefault: true,
  async run(bench) {
    const loads = STREAMS.map((streams): NamedLoad => ({
      name: `${streams.toLocaleString("en")} streams`,
      async take({ to, pids }) {
        const { events, seconds, cpuSeconds, ownCpuSeconds, ...waits } = await runClient(bench, {
          type: "events",
          ...to("functions", "/events"),
          streams,
          warmMs: WARM_MS,
          measureMs: (streams < 1_000 ? SHORT_MS : MEASURE_MS) * bench.scale,
          pids,
        });
        return {
          ...waits,
          rate: events / seconds,
          cpuSeconds: pids.length > 0 ? cpuSeconds : NaN,
          cpuUs: pids.length > 0 ? cpuSeconds * 1e6 / events : NaN,
          clientLoad: ownCpuSeconds / seconds,
        };
      },
    }));
    await warmUpFunctions(bench);
    return {
      part: "sse",
      title: "10 events a second on each stream, from the function's write to the client's read",
      base: NGINX,
      columns: [
        { key: "p50Ms", title: "p50 ms", digits: 2 },
        { key: "p99Ms", title: "p99 ms", digits: 2 },
        { key: "p999Ms", title: "p99.9 ms", digits: 2 },
        { key: "longestMs", title: "longest ms", digits: 1 },
        { key: "rate", title: "events/s", digits: 0 },
        { key: "cpuSeconds", title: "CPU s", digits: 2 },
        { key: "cpuUs", title: "CPU µs", digits: 1 },
        { key: "errors", title: "failed", digits: 0 },
      ],
      loads: await runLoads({ ...bench, rounds: 1 }, loads),
      targets: [],
    };
  },
};

/** Lets the server of the functions be compiled before the first proxy has its turn. */
async function warmUpFunctions(bench: Bench): Promise<void> {
  const address = { port: UPSTREAMS.functions, path: "/events" };
  const load = { type: "events", streams: 1_000, warmMs: 0, measureMs: 1_000, pids: [] } as const;
  await runClient(bench, { ...load, ...address });
}
