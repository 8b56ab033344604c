import { type ChartPath, drawChart } from "./chart_path.ts";
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatLatency,
  formatRate,
  formatShare,
} from "./format.ts";
import { type FunctionView, SERIES_LENGTH } from "./sampler.ts";

/** A value that the page shows and updates: text, a status with its text, or a chart. */
export type LiveValue =
  | string
  | { readonly state: string; readonly text: string }
  | (ChartPath & { readonly label: string });

/** Values by the key of their element. */
export type LiveValues = ReadonlyMap<string, LiveValue>;

/** Sizes of the charts: in the list, and on the page of a function. */
export const SPARK_SIZE = { width: 120, height: 28, points: 40 } as const;
export const CHART_SIZE = { width: 300, height: 80, points: SERIES_LENGTH } as const;

/** Fields of a function in the list. */
export const ROW_FIELDS = ["status", "rate", "p50", "cpu", "memory", "spark"] as const;

/** Fields on the page of a function. */
export const PAGE_FIELDS = [
  ...["status", "rate", "p50", "p99", "cpu", "memory", "errorRate"] as const,
  ...["requests", "errors", "inFlight", "waiting", "uptime", "restarts", "cpuTime"] as const,
  ...["rateChart", "latencyChart", "cpuChart", "memoryChart"] as const,
] as const;

/** A field of a function. */
export type LiveField = typeof ROW_FIELDS[number] | typeof PAGE_FIELDS[number];

/** Returns the key of an element; a function's name contains no slash. */
export function liveKey(name: string, field: LiveField): string {
  return `${name}/${field}`;
}

/** Returns the present value of a field. */
export function liveValue({ report, rates, series }: FunctionView, field: LiveField): LiveValue {
  switch (field) {
    case "status":
      return { state: report.status, text: report.pending ?? report.status };
    case "rate":
      return formatRate(rates?.requestsPerS);
    case "errorRate":
      return formatRate(rates?.errorsPerS);
    case "p50":
      return formatLatency(rates?.p50Ms);
    case "p99":
      return formatLatency(rates?.p99Ms);
    case "cpu":
      return formatShare(rates?.cpuShare);
    case "memory":
      return formatBytes(report.ownMemoryBytes);
    case "requests":
      return formatCount(report.requests);
    case "errors":
      return formatCount(report.errors);
    case "inFlight":
      return formatCount(report.inFlight);
    case "waiting":
      return formatCount(report.waiting);
    case "uptime":
      return formatDuration(report.uptimeMs);
    case "restarts":
      return formatCount(report.restarts);
    case "cpuTime":
      return formatDuration(report.cpuMs);
    case "spark":
      return chart(quietly(series.requestsPerS), { ...SPARK_SIZE, floor: 1, format: formatRate });
    case "rateChart":
      return chart(series.requestsPerS, { ...CHART_SIZE, floor: 1, format: formatRate });
    case "latencyChart":
      return chart(series.p50Ms, { ...CHART_SIZE, floor: 1, format: formatLatency });
    case "cpuChart":
      return chart(series.cpuShare, { ...CHART_SIZE, floor: 0.05, format: formatShare });
    case "memoryChart":
      return chart(series.memoryBytes, { ...CHART_SIZE, floor: 1, format: formatBytes });
    default:
      return field satisfies never;
  }
}

/** Returns the values of some functions by key. */
export function liveValues(
  views: readonly FunctionView[],
  fields: readonly LiveField[],
): LiveValues {
  return new Map(
    views.flatMap((view) =>
      fields.map((field) => [liveKey(view.report.name, field), liveValue(view, field)] as const)
    ),
  );
}

/** Returns the values that are new or differ. */
export function changedValues(before: LiveValues, after: LiveValues): LiveValues {
  return new Map([...after].filter(([key, value]) => !isSame(before.get(key), value)));
}

function isSame(before: LiveValue | undefined, after: LiveValue): boolean {
  return before === after || JSON.stringify(before) === JSON.stringify(after);
}

/** Leaves a chart empty if there was no request: most functions of a long list have none. */
function quietly(values: readonly (number | undefined)[]): readonly (number | undefined)[] {
  return values.slice(-SPARK_SIZE.points).some((value) => (value ?? 0) > 0) ? values : [];
}

function chart(
  values: readonly (number | undefined)[],
  { format, ...size }: Parameters<typeof drawChart>[1] & {
    readonly format: (value: number) => string;
  },
): LiveValue {
  const known = values.slice(-size.points).filter((value) => value !== undefined);
  const label = known.length === 0
    ? "none"
    : `now ${format(known.at(-1)!)}, highest ${format(Math.max(...known))}`;
  return { ...drawChart(values, size), label };
}
