import type { FrontFigures } from "../proxy/front_figures.ts";
import { LATENCY_BOUNDS_MS } from "../proxy/traffic.ts";
import type { FunctionReport, ScheduleReport, SupervisorReport, TrafficReport } from "./api.ts";
import type { Labels, Metric, MetricSample, MetricType } from "./exposition.ts";
import { scheduleMetrics } from "./schedule_metrics.ts";
import { sourceMetrics } from "./source_metrics.ts";

/** Input of {@linkcode metricsOf}. */
export interface MetricsInput {
  readonly supervisor: SupervisorReport;
  readonly functions: readonly FunctionReport[];
  readonly traffic: readonly TrafficReport[];
  readonly schedules: readonly ScheduleReport[];
  /** The supervisor's own process. */
  readonly process: {
    readonly cpuMs: number;
    readonly memoryBytes: number;
    /** Open client connections. */
    readonly connections: number;
  };
  /** Counts of connections and requests that the proxy rejected. */
  readonly front: Readonly<FrontFigures>;
}

/** Labels of the latency buckets, in seconds. */
const BUCKETS = [...LATENCY_BOUNDS_MS.map((bound) => String(bound / 1_000)), "+Inf"];

/**
 * Returns all metrics for Prometheus. No label contains data of clients, so the number of samples
 * grows with the number of functions only.
 */
export function metricsOf(input: MetricsInput): Metric[] {
  return [
    ...supervisorMetrics(input),
    ...sourceMetrics(input.supervisor.source),
    ...frontMetrics(input),
    ...functionMetrics(input),
    ...trafficMetrics(input),
    ...scheduleMetrics(input.schedules),
  ];
}

function supervisorMetrics({ supervisor, functions, process }: MetricsInput): Metric[] {
  const { version, isolation, startedAt } = supervisor;
  const byStatus = Map.groupBy(functions, ({ status }) => status);
  return [
    single("ddsrv_info", "gauge", "Version and isolation level of ddsrv", 1, {
      version,
      isolation,
    }),
    {
      name: "ddsrv_functions",
      help: "Number of functions by status",
      type: "gauge",
      samples: [...byStatus].map(([status, { length }]) => ({ labels: { status }, value: length })),
    },
    single("ddsrv_connections", "gauge", "Open client connections", process.connections),
    single(
      "process_cpu_seconds_total",
      "counter",
      "Processor time of the supervisor",
      process.cpuMs / 1_000,
    ),
    single(
      "process_resident_memory_bytes",
      "gauge",
      "Resident memory of the supervisor",
      process.memoryBytes,
    ),
    single(
      "process_start_time_seconds",
      "gauge",
      "Start time of the supervisor, in seconds since 1970",
      Date.parse(startedAt) / 1_000,
    ),
  ];
}

function frontMetrics({ front }: MetricsInput): Metric[] {
  return [
    {
      name: "ddsrv_connections_refused_total",
      help: "Connections refused because the peer had too many, or all were busy",
      type: "counter",
      samples: [
        { labels: { reason: "peer" }, value: front.refusedPeers },
        { labels: { reason: "full" }, value: front.refusedFull },
      ],
    },
    {
      name: "ddsrv_connections_evicted_total",
      help: "Connections closed for new ones: with an incomplete request head, or idle",
      type: "counter",
      samples: [
        { labels: { state: "unfinished" }, value: front.evictedUnfinished },
        { labels: { state: "idle" }, value: front.evictedIdle },
      ],
    },
    {
      name: "ddsrv_requests_limited_total",
      help: "Requests answered with 429: over the rate limit, or too many in flight",
      type: "counter",
      samples: [
        { labels: { reason: "rate" }, value: front.limitedRequests },
        { labels: { reason: "in_flight" }, value: front.crowdedRequests },
      ],
    },
  ];
}

function functionMetrics({ functions }: MetricsInput): Metric[] {
  const served = functions.filter(({ status }) => status !== "ignored");
  const gauge = (
    name: string,
    help: string,
    valueOf: (report: FunctionReport) => number | null,
    type: MetricType = "gauge",
  ): Metric => ({ name, help, type, samples: served.flatMap(sampleOf(valueOf)) });
  return [
    {
      name: "ddsrv_function_state",
      help: "1 for the present status of a function",
      type: "gauge",
      samples: served.map(({ name, status }) => ({
        labels: { function: name, state: status },
        value: 1,
      })),
    },
    gauge(
      "ddsrv_function_update_failed",
      "1 while a newer revision has failed and an older one serves",
      ({ failedRevision }) => failedRevision === null ? 0 : 1,
    ),
    gauge(
      "ddsrv_function_restarts_total",
      "Number of times that a function's process exited or hung, including failed starts",
      ({ restarts }) => restarts,
      "counter",
    ),
    gauge(
      "ddsrv_function_next_try_timestamp_seconds",
      "Time of the next retry, in seconds since 1970; no sample if there is none",
      ({ nextTryAt }) => nextTryAt === null ? null : Date.parse(nextTryAt) / 1_000,
    ),
    gauge(
      "ddsrv_function_own_memory_bytes",
      "Memory of a function's processes and its sandbox, without pages of files",
      ({ ownMemoryBytes }) => ownMemoryBytes,
    ),
    gauge(
      "ddsrv_function_memory_bytes",
      "Resident memory of a function's process, with pages that functions share",
      ({ memoryBytes }) => memoryBytes,
    ),
    gauge(
      "ddsrv_function_data_bytes",
      "Disk usage of a serving function",
      ({ dataBytes }) => dataBytes,
    ),
    gauge(
      "ddsrv_function_data_limit_bytes",
      "Limit of a function's disk usage",
      ({ dataLimitBytes }) => dataLimitBytes,
    ),
    gauge(
      "ddsrv_function_cpu_seconds_total",
      "Processor time of a function's present process",
      ({ cpuMs }) => cpuMs === null ? null : cpuMs / 1_000,
      "counter",
    ),
  ];
}

function sampleOf(
  valueOf: (report: FunctionReport) => number | null,
): (report: FunctionReport) => MetricSample[] {
  return (report) => {
    const value = valueOf(report);
    return value === null ? [] : [{ labels: { function: report.name }, value }];
  };
}

function trafficMetrics({ traffic }: MetricsInput): Metric[] {
  const each = (
    name: string,
    help: string,
    type: MetricType,
    key: Exclude<keyof TrafficReport, "name" | "latencies">,
  ): Metric => ({
    name,
    help,
    type,
    samples: traffic.map((report) => ({ labels: { function: report.name }, value: report[key] })),
  });
  return [
    each("ddsrv_requests_total", "Finished requests", "counter", "requests"),
    each(
      "ddsrv_request_errors_total",
      "Requests answered with 5xx or cut off",
      "counter",
      "errors",
    ),
    each("ddsrv_requests_in_flight", "In-flight requests", "gauge", "inFlight"),
    each(
      "ddsrv_requests_waiting",
      "Requests that wait for a function to start",
      "gauge",
      "waiting",
    ),
    each("ddsrv_received_bytes_total", "Bytes of request bodies", "counter", "receivedBytes"),
    each("ddsrv_sent_bytes_total", "Bytes of response bodies", "counter", "sentBytes"),
    {
      name: "ddsrv_request_duration_seconds",
      help: "Time from a request's head to its response's head",
      type: "histogram",
      samples: traffic.flatMap(histogramOf),
    },
  ];
}

/** Returns the cumulative counts by bound, the sum and the total count. */
function histogramOf({ name, latencies, latencyMs }: TrafficReport): MetricSample[] {
  const labels = { function: name };
  let count = 0;
  const buckets = BUCKETS.map((le, index): MetricSample => {
    count += latencies[index] ?? 0;
    return { suffix: "_bucket", labels: { ...labels, le }, value: count };
  });
  return [
    ...buckets,
    { suffix: "_sum", labels, value: latencyMs / 1_000 },
    { suffix: "_count", labels, value: count },
  ];
}

function single(
  name: string,
  type: MetricType,
  help: string,
  value: number,
  labels: Labels = {},
): Metric {
  return { name, type, help, samples: [{ labels, value }] };
}
