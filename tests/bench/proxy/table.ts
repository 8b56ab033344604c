import {
  type Column,
  type LoadSamples,
  MEASURED,
  type PartResult,
  summarize,
  type Target,
} from "./figures.ts";

/** Columns with the names of loads and proxies. */
const NAME_COLUMNS = 2;

/**
 * Returns the table of a part: a row for each load and proxy, with the medians of all rounds and, in
 * brackets, the ratios to nginx.
 */
export function renderPart(result: PartResult): string {
  const { part, title } = result;
  const table = renderTable(rowsOf(result), NAME_COLUMNS);
  return [`${part}: ${title}`, table, ...renderTargets(result)].join("\n");
}

/** Returns the same table in Markdown, without the targets. */
export function renderMarkdown(result: PartResult): string {
  const [head = [], ...rows] = rowsOf(result);
  const rule = head.map((_, column) => column < NAME_COLUMNS ? "---" : "---:");
  const lines = [head, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  return [`### ${result.part}: ${result.title}`, "", ...lines].join("\n");
}

function rowsOf({ base, columns, loads }: PartResult): string[][] {
  const head = ["", "", ...columns.map(({ title }) => title)];
  const rows = loads.flatMap((load) =>
    [...load.proxies.keys()].map((proxy, index) => [
      index === 0 ? load.load : "",
      proxy,
      ...columns.map((column) => renderCell(load, column, { proxy, base })),
    ])
  );
  return [head, ...rows];
}

function renderCell(
  load: LoadSamples,
  { key, digits }: Column,
  { proxy, base }: { readonly proxy: string; readonly base: string },
): string {
  const { median, ratio } = summarize(load, key, { proxy, base });
  const figure = Number.isFinite(median)
    ? median.toFixed(digits)
    : Number.isNaN(median)
    ? "-"
    : "∞";
  if (proxy === base || !Number.isFinite(ratio)) return figure;
  return `${figure} (${ratio.toFixed(2)})`;
}

function renderTargets({ base, loads, columns, targets }: PartResult): string[] {
  return targets.flatMap((target) => {
    const { title } = columns.find(({ key }) => key === target.key)!;
    return loads
      .filter(({ load }) => target.loads?.includes(load) ?? true)
      .flatMap((load) => renderTarget(load, target, { title, base }));
  });
}

function renderTarget(
  load: LoadSamples,
  target: Target,
  { title, base }: { readonly title: string; readonly base: string },
): string[] {
  const { key, isRatio, bound, limit } = target;
  if (!load.proxies.has(MEASURED) || (isRatio && !load.proxies.has(base))) return [];
  const summary = summarize(load, key, { proxy: MEASURED, base });
  const value = isRatio ? summary.ratio : summary.median;
  const isMet = bound === "at most" ? value <= limit : value >= limit;
  const what = `${load.load}, ${title}${isRatio ? ` to ${base}` : ""}`;
  return [`${isMet ? "met   " : "missed"}  ${what}: ${value.toFixed(2)}, target ${bound} ${limit}`];
}

/**
 * Returns lines of aligned cells: the first columns left-aligned, the others right-aligned.
 *
 * @example
 * ```ts
 * import { renderTable } from "./table.ts";
 * renderTable([["a", "1"], ["bb", "12"]], 1); // "a    1\nbb  12"
 * ```
 */
export function renderTable(rows: readonly (readonly string[])[], leftColumns: number): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row.map((cell, column) =>
      column < leftColumns ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)
    ).join("  ").trimEnd()
  ).join("\n");
}
