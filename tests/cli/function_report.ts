import type { FunctionReport, TrafficReport } from "../../lib/control/api.ts";
import { LATENCY_BOUNDS_MS } from "../../lib/proxy/traffic.ts";

/** Returns the report of a function `shop` that serves. */
export function functionReport(change: Partial<FunctionReport> = {}): FunctionReport {
  const name = change.name ?? "shop";
  return {
    name,
    status: "ready",
    pending: null,
    stoppedAt: null,
    expiresAt: null,
    reason: null,
    detail: null,
    url: `http://127.0.0.1:9999/${encodeURIComponent(name)}`,
    revision: "0123456789ab",
    failedRevision: null,
    newerRevision: null,
    nextStart: null,
    awake: null,
    pid: 4711,
    namespace: "ddsrv-a1b2c3-1",
    upstream: "10.0.0.2:8000",
    uptimeMs: 60_000,
    restarts: 0,
    nextTryAt: null,
    ownMemoryBytes: 64 * 1024 ** 2,
    memoryBytes: 90 * 1024 ** 2,
    dataBytes: 2 * 1024 ** 2,
    dataLimitBytes: 1024 ** 3,
    cpuMs: 600,
    requests: 12,
    errors: 0,
    inFlight: 0,
    waiting: 0,
    directory: `/opt/functions/${name}`,
    isolation: "full",
    kept: [],
    egress: "public",
    deno: null,
    domains: [],
    problems: [],
    ...change,
  };
}

/** The fields of a report that are the same for all functions that did not start. */
export const NOTHING_RUNS = {
  pid: null,
  namespace: null,
  upstream: null,
  uptimeMs: null,
  ownMemoryBytes: null,
  memoryBytes: null,
  dataBytes: null,
  dataLimitBytes: null,
  cpuMs: null,
  egress: null,
} as const;

/** Returns the traffic of requests, each given by the index of its latency among the bounds. */
export function trafficReport(
  name: string,
  places: readonly number[],
  change: Partial<TrafficReport> = {},
): TrafficReport {
  const latencies = new Array<number>(LATENCY_BOUNDS_MS.length + 1).fill(0);
  for (const place of places) latencies[place]!++;
  return {
    name,
    requests: places.length,
    errors: 0,
    inFlight: 0,
    waiting: 0,
    receivedBytes: 0,
    sentBytes: 0,
    latencyMs: 0,
    latencies,
    ...change,
  };
}
