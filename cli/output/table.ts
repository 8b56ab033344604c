import stringWidth from "fast-string-width";
import { cutToWidth } from "./cut_to_width.ts";

/** A column of a table. */
export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  readonly align?: "left" | "right";
  /** Where there is not room for all, those with the highest number are left out first. */
  readonly rank?: number;
}

/** How {@linkcode formatTable} lays a table out. */
export interface TableOptions {
  /** Columns of the terminal; as many as it takes when left out. */
  readonly width?: number;
}

const GAP = 2;

/** The first column is not cut to less than this before whole lines are. */
const MIN_FIRST = 6;

/**
 * Rows as lines with aligned columns, titles first, by the width that a terminal gives them. A table
 * that is too wide for it loses columns by their rank, then the ends of its first column's cells,
 * then the ends of its lines.
 */
export function formatTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  { width = Infinity }: TableOptions = {},
): string {
  const all = columns.map((column): Cells => {
    const cells = [column.title, ...rows.map((row) => column.cell(row))];
    return { ...column, cells, width: Math.max(...cells.map((cell) => stringWidth(cell))) };
  });
  const chosen = leaveOut(all, width);
  const [first] = chosen;
  const excess = totalWidth(chosen) - width;
  if (first !== undefined && excess > 0) {
    first.width = Math.max(MIN_FIRST, first.width - excess);
    first.cells = first.cells.map((cell) => cutToWidth(cell, first.width));
  }
  const lines = Array.from({ length: rows.length + 1 }, (_, line) => {
    const text = chosen.map((column) => pad(column.cells[line]!, column)).join(" ".repeat(GAP));
    return `${cutToWidth(text.trimEnd(), width)}\n`;
  });
  return lines.join("");
}

/** A column that is laid out. */
interface Cells extends Pick<Column<never>, "align" | "rank"> {
  cells: readonly string[];
  width: number;
}

function leaveOut(columns: readonly Cells[], width: number): Cells[] {
  const left = [...columns];
  const ranks = columns.map(({ rank = 0 }) => rank).filter((rank) => rank > 0).sort((a, b) =>
    b - a
  );
  for (const rank of ranks) {
    if (totalWidth(left) <= width) break;
    left.splice(left.findLastIndex((column) => column.rank === rank), 1);
  }
  return left;
}

function totalWidth(columns: readonly Cells[]): number {
  return columns.reduce((sum, column) => sum + column.width, GAP * (columns.length - 1));
}

function pad(cell: string, { width, align }: Cells): string {
  const padding = " ".repeat(Math.max(0, width - stringWidth(cell)));
  return align === "right" ? padding + cell : cell + padding;
}
