/** Type of a metric in Prometheus. */
export type MetricType = "counter" | "gauge" | "histogram";

/** Labels of a sample; names must be valid, values may be any text. */
export type Labels = Readonly<Record<string, string>>;

/** One value of a metric; in a histogram, the suffix extends the metric's name. */
export interface MetricSample {
  readonly suffix?: "_bucket" | "_sum" | "_count";
  readonly labels: Labels;
  readonly value: number;
}

/** A metric and its samples. */
export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: MetricType;
  readonly samples: readonly MetricSample[];
}

/** Media type of the exposition format. */
export const EXPOSITION_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/**
 * Formats metrics in the text format of Prometheus, version 0.0.4 (Prometheus documentation,
 * "Exposition formats").
 *
 * @example
 * ```ts
 * import { formatMetrics } from "./exposition.ts";
 * formatMetrics([{ name: "up", help: "It runs", type: "gauge", samples: [{ labels: {}, value: 1 }] }]);
 * // "# HELP up It runs\n# TYPE up gauge\nup 1\n"
 * ```
 */
export function formatMetrics(metrics: readonly Metric[]): string {
  return metrics.filter(({ samples }) => samples.length > 0).map(formatMetric).join("");
}

function formatMetric({ name, help, type, samples }: Metric): string {
  const lines = samples.map(({ suffix = "", labels, value }) =>
    `${name}${suffix}${formatLabels(labels)} ${formatNumber(value)}\n`
  );
  return `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function formatLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeValue(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function escapeValue(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}

function formatNumber(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}
