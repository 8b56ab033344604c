import assert from "node:assert/strict";
import { reportIgnored } from "../../lib/control/report.ts";
import type { FunctionReport, TrafficReport } from "../../lib/control/api.ts";
import { formatMetrics } from "../../lib/control/exposition.ts";
import { metricsOf } from "../../lib/control/metrics.ts";

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
} as const;

const ignored = reportIgnored("empty", "it has no index.ts", supervisor);

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

const text = formatMetrics(metricsOf({
  supervisor,
  functions: [
    reportOf("a", { memoryBytes: 1024, cpuMs: 1_500, restarts: 2, failedRevision: "0123" }),
    reportOf("b", { status: "idle" }),
    ignored,
  ],
  traffic: [traffic],
  process: { cpuMs: 250, memoryBytes: 4096, connections: 3 },
}));

const lines = text.split("\n");

const expected = [
  'ddsrv_info{version="1.2.3",isolation="full"} 1',
  'ddsrv_functions{status="ready"} 1',
  'ddsrv_functions{status="idle"} 1',
  'ddsrv_functions{status="ignored"} 1',
  "ddsrv_connections 3",
  "process_cpu_seconds_total 0.25",
  "process_start_time_seconds 60.5",
  'ddsrv_function_state{function="a",state="ready"} 1',
  'ddsrv_function_update_failed{function="a"} 1',
  'ddsrv_function_update_failed{function="b"} 0',
  'ddsrv_function_restarts_total{function="a"} 2',
  'ddsrv_function_memory_bytes{function="a"} 1024',
  'ddsrv_function_cpu_seconds_total{function="a"} 1.5',
  'ddsrv_requests_total{function="a"} 6',
  'ddsrv_request_errors_total{function="a"} 1',
  'ddsrv_requests_in_flight{function="a"} 2',
  'ddsrv_received_bytes_total{function="a"} 10',
  'ddsrv_request_duration_seconds_bucket{function="a",le="0.0005"} 0',
  'ddsrv_request_duration_seconds_bucket{function="a",le="0.001"} 3',
  'ddsrv_request_duration_seconds_bucket{function="a",le="0.5"} 3',
  'ddsrv_request_duration_seconds_bucket{function="a",le="1"} 4',
  'ddsrv_request_duration_seconds_bucket{function="a",le="30"} 4',
  'ddsrv_request_duration_seconds_bucket{function="a",le="+Inf"} 6',
  'ddsrv_request_duration_seconds_sum{function="a"} 61.003',
  'ddsrv_request_duration_seconds_count{function="a"} 6',
];

for (const line of expected) {
  Deno.test(`metricsOf() tells ${line}`, () => assert.ok(lines.includes(line), text));
}

Deno.test("metricsOf() tells nothing of what is not there", () => {
  assert.doesNotMatch(text, /function="empty"/);
  assert.doesNotMatch(text, /memory_bytes\{function="b"/);
});

Deno.test("metricsOf() has each metric once", () => {
  const names = lines.filter((line) => line.startsWith("# TYPE ")).map((line) =>
    line.split(" ")[2]
  );
  assert.equal(new Set(names).size, names.length);
});
