/** Size of a chart's drawing. */
export interface ChartSize {
  readonly width: number;
  readonly height: number;
  /** Number of values over the whole width; fewer values end at the right edge. */
  readonly points: number;
}

/** A chart as the values of SVG's `d`. */
export interface ChartPath {
  readonly line: string;
  /** The line, closed at the bottom. */
  readonly area: string;
}

/** Room for the stroke at the top and at the bottom. */
const MARGIN = 1.5;

/**
 * Draws values as a line that is scaled to the greatest value, or to `floor` if that is greater. An
 * unknown value interrupts the line.
 *
 * @example
 * ```ts
 * import { drawChart } from "./chart_path.ts";
 * drawChart([0, 4], { width: 10, height: 10, points: 2 }).line; // "M0 8.5L10 1.5"
 * ```
 */
export function drawChart(
  values: readonly (number | undefined)[],
  { width, height, points, floor = Number.MIN_VALUE }: ChartSize & { readonly floor?: number },
): ChartPath {
  const shown = values.slice(-points);
  const highest = Math.max(floor, ...shown.map((value) => value ?? 0));
  const step = width / Math.max(1, points - 1);
  const [bottom, room] = [height - MARGIN, height - 2 * MARGIN];
  let line = "";
  let area = "";
  let run: string[] = [];
  const endRun = (lastX: number): void => {
    if (run.length === 0) return;
    const firstX = run[0]!.split(" ")[0];
    line += `M${run.join("L")}`;
    area += `M${firstX} ${height}L${run.join("L")}L${round(lastX)} ${height}Z`;
    run = [];
  };
  const xOf = (index: number): number => width - (shown.length - 1 - index) * step;
  for (const [index, value] of shown.entries()) {
    if (value === undefined) endRun(xOf(index - 1));
    else run.push(`${round(xOf(index))} ${round(bottom - room * (value / highest))}`);
  }
  endRun(width);
  return { line, area };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
