import stringWidth from "fast-string-width";
import { cutToWidth } from "./cut_to_width.ts";

/** A column of a table. */
export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  readonly align?: "left" | "right";
  /** On a narrow terminal, columns with the highest rank are left out first; 0 always stays. */
  readonly rank?: number;
}

/** Options of {@linkcode formatTable}. */
export interface TableOptions {
  /** Columns of the terminal; unlimited by default. */
  readonly width?: number;
}

const GAP = 2;

/** Minimum width of the first column; if that is too wide, lines are cut. */
const MIN_FIRST = 6;

/**
 * Formats rows as lines with aligned columns, titles first. A table that is too wide loses columns
 * by rank, then the ends of the first column's cells, then the ends of its lines.
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

/** A column with its formatted cells. */
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
