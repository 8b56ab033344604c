import type { FunctionReport, TrafficReport } from "./api.ts";
import { LATENCY_BOUNDS_MS } from "../proxy/traffic.ts";
import { quantile } from "./quantile.ts";

/** Reports of all functions at one moment. */
export interface Sample {
  /** Milliseconds of a monotonic clock. */
  readonly atMs: number;
  readonly functions: readonly FunctionReport[];
  readonly traffic: readonly TrafficReport[];
}

/** A function with its rates between two samples. */
export interface FunctionRates {
  readonly report: FunctionReport;
  readonly requestsPerS: number;
  readonly errorsPerS: number;
  /** Median and 99th percentile of the latency; `undefined` without requests. */
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
  /** Share of one core; `undefined` while the function does not run. */
  readonly cpuShare: number | undefined;
}

/** Computes the rates of the functions in `after`. */
export function ratesBetween(before: Sample, after: Sample): FunctionRates[] {
  const seconds = Math.max(0.001, (after.atMs - before.atMs) / 1000);
  const earlier = new Map(before.functions.map((report) => [report.name, report]));
  const past = new Map(before.traffic.map((traffic) => [traffic.name, traffic]));
  const present = new Map(after.traffic.map((traffic) => [traffic.name, traffic]));
  return after.functions.map((report) => {
    const { name } = report;
    const now = present.get(name);
    const then = sinceOf(past.get(name), now);
    const latencies = now?.latencies.map((count, index) => count - (then?.latencies[index] ?? 0));
    const time = (share: number): number | undefined =>
      quantile(latencies ?? [], { bounds: LATENCY_BOUNDS_MS, share });
    return {
      report,
      requestsPerS: ((now?.requests ?? 0) - (then?.requests ?? 0)) / seconds,
      errorsPerS: ((now?.errors ?? 0) - (then?.errors ?? 0)) / seconds,
      p50Ms: time(0.5),
      p99Ms: time(0.99),
      cpuShare: cpuShareOf(earlier.get(name), report, seconds),
    };
  });
}

/** Returns the earlier counters; `undefined` if the function was removed and added meanwhile. */
function sinceOf(
  past: TrafficReport | undefined,
  now: TrafficReport | undefined,
): TrafficReport | undefined {
  if (past === undefined || now === undefined) return undefined;
  const isSame = past.requests <= now.requests && past.errors <= now.errors &&
    past.latencies.every((count, index) => count <= now.latencies[index]!);
  return isSame ? past : undefined;
}

function cpuShareOf(
  before: FunctionReport | undefined,
  { pid, cpuMs }: FunctionReport,
  seconds: number,
): number | undefined {
  if (cpuMs === null) return undefined;
  const since = before?.pid === pid ? before.cpuMs ?? 0 : 0;
  return Math.max(0, cpuMs - since) / 1000 / seconds;
}
