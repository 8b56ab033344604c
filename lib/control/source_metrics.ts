import type { SourceReport } from "./api.ts";
import type { Metric } from "./exposition.ts";

/** Returns the metrics of the source of functions; none without a source. */
export function sourceMetrics(source: SourceReport | null | undefined): Metric[] {
  if (!source) return [];
  const { reference, digest, checkedAt, failures } = source;
  return [
    {
      name: "ddsrv_source_info",
      help: "1 for the version of the source that is served; no sample before the first one",
      type: "gauge",
      samples: digest === null ? [] : [{ labels: { source: reference, digest }, value: 1 }],
    },
    {
      name: "ddsrv_source_last_success_timestamp_seconds",
      help: "Time at which the source last answered with this version, in seconds since 1970",
      type: "gauge",
      samples: checkedAt === null ? [] : [{ labels: {}, value: Date.parse(checkedAt) / 1_000 }],
    },
    {
      name: "ddsrv_source_failures_total",
      help: "Number of times that the source did not answer, or its version was refused",
      type: "counter",
      samples: [{ labels: {}, value: failures }],
    },
  ];
}
