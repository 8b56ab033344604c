import assert from "node:assert/strict";
import { formatMetrics } from "../../lib/control/exposition.ts";
import { metricsOf } from "../../lib/control/metrics.ts";
import { METRICS_INPUT } from "./metrics_input.ts";

const text = formatMetrics(metricsOf(METRICS_INPUT));

const lines = text.split("\n");

const expected = [
  'ddsrv_info{version="1.2.3",isolation="full"} 1',
  'ddsrv_functions{status="ready"} 1',
  'ddsrv_functions{status="idle"} 1',
  'ddsrv_functions{status="ignored"} 1',
  "ddsrv_connections 3",
  'ddsrv_source_info{source="oci://registry.test/f",digest="sha256:1"} 1',
  "ddsrv_source_last_success_timestamp_seconds 120",
  "ddsrv_source_failures_total 5",
  'ddsrv_connections_refused_total{reason="peer"} 11',
  'ddsrv_connections_refused_total{reason="full"} 12',
  'ddsrv_connections_evicted_total{state="unfinished"} 13',
  'ddsrv_connections_evicted_total{state="idle"} 14',
  'ddsrv_requests_limited_total{reason="rate"} 16',
  'ddsrv_requests_limited_total{reason="in_flight"} 15',
  "process_cpu_seconds_total 0.25",
  "process_start_time_seconds 60.5",
  'ddsrv_function_state{function="a",state="ready"} 1',
  'ddsrv_function_update_failed{function="a"} 1',
  'ddsrv_function_update_failed{function="b"} 0',
  'ddsrv_function_restarts_total{function="a"} 2',
  'ddsrv_function_own_memory_bytes{function="a"} 768',
  'ddsrv_function_memory_bytes{function="a"} 1024',
  'ddsrv_function_data_bytes{function="a"} 512',
  'ddsrv_function_data_limit_bytes{function="a"} 2048',
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
  'ddsrv_schedule_runs_total{function="a",schedule="report",result="failed"} 4',
  'ddsrv_schedule_runs_total{function="a",schedule="report",result="missed"} 1',
  'ddsrv_schedule_last_success_timestamp_seconds{function="a",schedule="report"} 120',
];

for (const line of expected) {
  Deno.test(`metricsOf() contains ${line}`, () => assert.ok(lines.includes(line), text));
}

Deno.test("metricsOf() has no samples without values", () => {
  assert.doesNotMatch(text, /function="empty"/);
  assert.doesNotMatch(text, /memory_bytes\{function="b"/);
});

Deno.test("metricsOf() has each metric once", () => {
  const names = lines.filter((line) => line.startsWith("# TYPE ")).map((line) =>
    line.split(" ")[2]
  );
  assert.equal(new Set(names).size, names.length);
});
