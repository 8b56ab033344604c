import type { Part } from "./bench.ts";
import { sampleOf } from "./busy_parts.ts";
import { NGINX, type Sample } from "./figures.ts";
import { AT_ONCE, runClient } from "./run_loads.ts";
import { WRK_TOOL } from "./tools.ts";
import { runWrk } from "./wrk.ts";

const SECONDS = 2;
const OWN = "our client";

/** The load client beside wrk, both against nginx: it must be neither slower nor less fair. */
export const CLIENT: Part = {
  isDefault: false,
  needs: WRK_TOOL,
  async run(bench) {
    const nginx = bench.proxies.find(({ name }) => name === NGINX);
    if (nginx === undefined) throw new TypeError('The part "client" needs --proxies nginx');
    const address = nginx.to("origin", "/");
    const seconds = Math.ceil(SECONDS * bench.scale);
    const loads = bench.connections.map((connections) => ({
      connections,
      samples: new Map<string, Sample[]>([["wrk", []], [OWN, []]]),
    }));
    for (let round = 0; round < bench.rounds; round++) {
      for (const { connections, samples } of loads) {
        const wrk = await runWrk(bench, { ...address, connections, seconds });
        samples.get("wrk")!.push({ ...wrk, rate: wrk.requests / wrk.seconds });
        const own = await runClient(bench, {
          type: "busy",
          ...address,
          connections,
          atOnce: AT_ONCE,
          isFresh: false,
          warmMs: 0,
          idleMs: 0,
          measureMs: seconds * 1e3,
          pids: nginx.pids,
        });
        samples.get(OWN)!.push(sampleOf(own, true));
      }
    }
    return {
      part: "client",
      title: "our load client beside wrk, both against nginx; ratios are to wrk",
      base: "wrk",
      columns: [
        { key: "p50Ms", title: "p50 ms", digits: 1 },
        { key: "p99Ms", title: "p99 ms", digits: 1 },
        { key: "p999Ms", title: "p99.9 ms", digits: 1 },
        { key: "longestMs", title: "longest ms", digits: 0 },
        { key: "spread", title: "most : fewest", digits: 2 },
        { key: "rate", title: "requests/s", digits: 0 },
        { key: "clientCpuUs", title: "CPU µs of the client", digits: 1 },
        { key: "clientLoad", title: "its share of a core", digits: 2 },
        { key: "errors", title: "failed", digits: 0 },
      ],
      loads: loads.map(({ connections, samples }) => ({
        load: `${connections} connections`,
        proxies: samples,
      })),
      targets: [],
    };
  },
};
