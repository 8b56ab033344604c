import stringWidth from "fast-string-width";

/** A column of a table. */
export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  readonly align?: "left" | "right";
}

/** Rows as lines with aligned columns, titles first, by the width that a terminal gives them. */
export function formatTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const lines = [
    columns.map((column) => column.title),
    ...rows.map((row) => columns.map((column) => column.cell(row))),
  ];
  const widths = columns.map((_, index) =>
    Math.max(...lines.map((line) => stringWidth(line[index]!)))
  );
  return lines.map((line) =>
    `${line.map((cell, index) => pad(cell, index)).join("  ").trimEnd()}\n`
  )
    .join("");

  function pad(cell: string, index: number): string {
    const padding = " ".repeat(widths[index]! - stringWidth(cell));
    return columns[index]!.align === "right" ? padding + cell : cell + padding;
  }
}
