/** One measured figure: a row of the table. */
export interface Figure {
  readonly what: string;
  readonly unit: "ms" | "s" | "%" | "MiB" | "requests";
  readonly value: number;
  /** The same of a bare `deno run`, in the same unit and run. */
  readonly bare?: number;
  /** Median of the rounds' ratios to bare. */
  readonly ratio?: number;
  /** Target that the project has for it, as text. */
  readonly target?: string;
  readonly note?: string;
}

/** A row that says why there is no figure. */
export interface Skipped {
  readonly what: string;
  readonly skipped: string;
}

/** A figure that its part has written as text. */
export interface Written {
  readonly what: string;
  readonly written: string;
  readonly note: string;
}

/** A row of the table. */
export type Row = Figure | Skipped | Written;

/** Rows of one part of the benchmark. */
export interface PartRows {
  readonly part: string;
  readonly rows: readonly Row[];
}

/** Returns the median of some values. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Returns the smallest value that a share of the values does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

/** Returns the figures of subjects that were measured in the same rounds, compared to the first. */
export function compare(
  taken: ReadonlyMap<string, readonly number[]>,
  targets: Readonly<Record<string, string>> = {},
): Figure[] {
  const [bareEntry, ...others] = taken;
  const bares = bareEntry?.[1] ?? [];
  return others.map(([what, values]): Figure => ({
    what,
    unit: "ms",
    value: median(values),
    bare: median(bares),
    ratio: median(values.map((value, round) => value / bares[round]!)),
    ...(targets[what] === undefined ? {} : { target: targets[what] }),
  }));
}

/** Formats the rows of all parts as a table in Markdown. */
export function formatRows(parts: readonly PartRows[]): string {
  const lines = [["part", "what", "bare", "ddsrv", "ratio", "target", "note"]];
  for (const { part, rows } of parts) {
    for (const row of rows) lines.push([part, ...cells(row)]);
  }
  const widths = lines[0]!.map((_, at) => Math.max(...lines.map((line) => line[at]!.length)));
  const [head, ...body] = lines.map((line) =>
    `| ${line.map((cell, at) => cell.padEnd(widths[at]!)).join(" | ")} |\n`
  );
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |\n`;
  return [head, rule, ...body].join("");
}

function cells(row: Row): string[] {
  if ("skipped" in row) return [row.what, "", "", "", "", `skipped: ${row.skipped.split("\n")[0]}`];
  if ("written" in row) return [row.what, "", row.written, "", "", row.note];
  const { what, unit, value, bare, ratio, target = "", note = "" } = row;
  const written = (one: number | undefined): string =>
    one === undefined ? "" : `${formatNumber(one)}${unit === "requests" ? "" : ` ${unit}`}`;
  return [what, written(bare), written(value), ratio?.toFixed(2) ?? "", target, note];
}

function formatNumber(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0);
}
