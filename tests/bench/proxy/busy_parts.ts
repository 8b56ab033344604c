import type { Bench, Part } from "./bench.ts";
import type { BusyResult } from "./busy_load.ts";
import { type Column, NGINX, type Sample, type Target } from "./figures.ts";
import type { Route } from "./ports.ts";
import type { Proxy } from "./proxies.ts";
import { AT_ONCE, type NamedLoad, runClient, runLoads } from "./run_loads.ts";

/** A load that keeps clients busy. */
interface Busy {
  readonly route: Route;
  readonly path: string;
  readonly connections: number;
  readonly isFresh?: boolean;
  readonly atOnce?: number;
  readonly measureMs: number;
}

const WARM_MS = 400;

const WAITS: readonly Column[] = [
  { key: "p50Ms", title: "p50 ms", digits: 1 },
  { key: "p99Ms", title: "p99 ms", digits: 1 },
  { key: "p999Ms", title: "p99.9 ms", digits: 1 },
  { key: "longestMs", title: "longest ms", digits: 0 },
];
const SPREAD: Column = { key: "spread", title: "most : fewest", digits: 2 };
const BEHIND: Column = { key: "behind", title: "median : fewest", digits: 2 };
const RATE: Column = { key: "rate", title: "requests/s", digits: 0 };
const CPU: Column = { key: "cpuUs", title: "CPU µs", digits: 1 };
const ERRORS: Column = { key: "errors", title: "failed", digits: 0 };

const KEEP_ALIVE: readonly Column[] = [...WAITS, SPREAD, BEHIND, RATE, CPU, ERRORS];

/** Loads with more connections need more time for some answers of each. */
function durationMs(connections: number): number {
  return connections >= 2048 ? 3_000 : connections >= 512 ? 2_000 : 1_500;
}

function loadName(connections: number): string {
  return `${connections} connections`;
}

const MANY = [loadName(512), loadName(2048)];

const SMALL_TARGETS: readonly Target[] = [
  { key: "p99Ms", loads: MANY, isRatio: true, bound: "at most", limit: 1.5 },
  { key: "behind", loads: MANY, isRatio: false, bound: "at most", limit: 2 },
  { key: "cpuUs", loads: [loadName(64)], isRatio: true, bound: "at most", limit: 1.35 },
  { key: "cpuUs", loads: [loadName(512)], isRatio: true, bound: "at most", limit: 1.5 },
];

/** Small answers over keep-alive connections. */
export const SMALL: Part = keepAlivePart("small", {
  title: "keep-alive requests, an answer of 11 bytes",
  path: "/",
  targets: SMALL_TARGETS,
});

/** Answers of 100 KB over keep-alive connections. */
export const BODY: Part = keepAlivePart("body", {
  title: "keep-alive requests, an answer of 100 KB",
  path: "/100kb",
  targets: [],
});

/** A connection for each request. */
export const CONNECT: Part = {
  isDefault: true,
  async run(bench) {
    const take = busy(bench, {
      route: "origin",
      path: "/",
      connections: 64,
      isFresh: true,
      measureMs: 2_000,
    });
    return {
      part: "connect",
      title: "a new connection for each request, an answer of 11 bytes",
      base: NGINX,
      columns: [...WAITS, RATE, CPU, ERRORS],
      loads: await runLoads(bench, [{ name: "64 clients", take }]),
      targets: [
        { key: "cpuUs", isRatio: true, bound: "at most", limit: 1.6 },
        { key: "p99Ms", isRatio: true, bound: "at most", limit: 2 },
      ],
    };
  },
};

/** Functions that take a while, with 512 keep-alive connections. */
export const SLOW: Part = {
  isDefault: true,
  async run(bench) {
    const loads = [1, 50, 500].map((ms): NamedLoad => ({
      name: `${ms} ms`,
      take: busy(bench, {
        route: "functions",
        path: `/delay/${ms}`,
        connections: 512,
        // A few at a time would need many times the duration of the function.
        atOnce: 512,
        measureMs: ms === 500 ? 3_000 : 1_500,
      }),
    }));
    return {
      part: "slow",
      title: "functions that take 1, 50 and 500 ms, 512 keep-alive connections",
      base: NGINX,
      columns: [...WAITS, SPREAD, RATE, CPU, ERRORS],
      loads: await runLoads({ ...bench, rounds: Math.min(bench.rounds, 2) }, loads),
      targets: [
        { key: "rate", loads: ["50 ms", "500 ms"], isRatio: true, bound: "at least", limit: 0.97 },
      ],
    };
  },
};

/** Large answers. */
export const DOWNLOAD: Part = {
  isDefault: false,
  async run(bench) {
    const take = busy(bench, { route: "origin", path: "/10mb", connections: 4, measureMs: 2_000 });
    return {
      part: "download",
      title: "answers of 10 MB",
      base: NGINX,
      columns: [...WAITS, RATE, { ...CPU, digits: 0 }, ERRORS],
      loads: await runLoads(bench, [{ name: loadName(4), take }]),
      targets: [{ key: "rate", isRatio: true, bound: "at least", limit: 1 }],
    };
  },
};

interface KeepAlive {
  readonly title: string;
  readonly path: string;
  readonly targets: readonly Target[];
}

function keepAlivePart(part: string, { title, path, targets }: KeepAlive): Part {
  return {
    isDefault: true,
    run: async (bench) => ({
      ...{ part, title, base: NGINX, columns: KEEP_ALIVE, targets },
      loads: await runLoads(bench, keepAliveLoads(bench, path)),
    }),
  };
}

function keepAliveLoads(bench: Bench, path: string): NamedLoad[] {
  return bench.connections.map((connections) => ({
    name: loadName(connections),
    take: busy(bench, {
      route: "origin",
      path,
      connections,
      measureMs: durationMs(connections),
    }),
  }));
}

function busy(bench: Bench, load: Busy): (proxy: Proxy) => Promise<Sample> {
  return async ({ to, pids }) => {
    const { isFresh = false, connections, atOnce = AT_ONCE } = load;
    const result = await runClient(bench, {
      type: "busy",
      ...to(load.route, load.path),
      connections,
      atOnce,
      isFresh,
      warmMs: WARM_MS,
      measureMs: load.measureMs * bench.scale,
      idleMs: 0,
      pids,
    });
    return sampleOf(result, pids.length > 0);
  };
}

/** Returns the figures of a load. */
export function sampleOf(result: BusyResult, hasCpu: boolean): Sample {
  const { requests, seconds, cpuSeconds, most, median, fewest } = result;
  return {
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
    p999Ms: result.p999Ms,
    longestMs: result.longestMs,
    openedMs: result.openedMs,
    most,
    median,
    fewest,
    spread: most / fewest,
    behind: median / fewest,
    rate: requests / seconds,
    cpuUs: hasCpu ? cpuSeconds * 1e6 / requests : NaN,
    clientCpuUs: result.ownCpuSeconds * 1e6 / requests,
    clientLoad: result.ownCpuSeconds / seconds,
    errors: result.errors,
  };
}
