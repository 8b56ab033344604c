// Input of metricsOf() for the tests of metrics.
import type { FunctionReport, TrafficReport } from "../../lib/control/api.ts";
import type { MetricsInput } from "../../lib/control/metrics.ts";
import { functionReport, NOTHING_RUNS } from "../cli/function_report.ts";

const supervisor = {
  version: "1.2.3",
  pid: 7,
  startedAt: "1970-01-01T00:01:00.500Z",
  url: "http://localhost:9999",
  functionsDirectory: "/f",
  logsDirectory: null,
  dataDirectory: "/d",
  isolation: "full",
  owner: "abcdef",
  source: {
    reference: "oci://registry.test/f",
    digest: "sha256:1",
    takenAt: "1970-01-01T00:01:00.500Z",
    checkedAt: "1970-01-01T00:02:00.000Z",
    failures: 5,
    problem: null,
  },
} as const;

const ignored = functionReport({
  ...NOTHING_RUNS,
  name: "empty",
  status: "ignored",
  reason: "it has no index.ts",
});

function reportOf(name: string, more: Partial<FunctionReport>): FunctionReport {
  return { ...ignored, name, status: "ready", reason: null, ...more };
}

const traffic: TrafficReport = {
  name: "a",
  requests: 6,
  errors: 1,
  inFlight: 2,
  waiting: 0,
  receivedBytes: 10,
  sentBytes: 20,
  latencyMs: 61_003,
  latencies: [0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 2],
};

/** Functions in several states, with their traffic. */
export const METRICS_INPUT: MetricsInput = {
  supervisor,
  functions: [
    reportOf("a", {
      ownMemoryBytes: 768,
      memoryBytes: 1024,
      cpuMs: 1_500,
      dataBytes: 512,
      dataLimitBytes: 2048,
      restarts: 2,
      failedRevision: "0123",
    }),
    reportOf("b", { status: "idle" }),
    ignored,
  ],
  traffic: [traffic],
  schedules: [{
    function: "a",
    name: "report",
    cron: "0 6 * * *",
    timezone: "UTC",
    method: "POST",
    path: "/report",
    nextAt: null,
    runningSince: null,
    last: null,
    lastOkAt: "1970-01-01T00:02:00.000Z",
    runs: { ok: 5, failed: 4, interrupted: 3, skipped: 2, missed: 1 },
  }],
  front: {
    refusedPeers: 11,
    refusedFull: 12,
    evictedUnfinished: 13,
    evictedIdle: 14,
    crowdedRequests: 15,
    limitedRequests: 16,
  },
  process: { cpuMs: 250, memoryBytes: 4096, connections: 3 },
};
