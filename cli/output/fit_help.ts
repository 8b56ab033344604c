/** The help of the program: its lines for a wide terminal. */
export interface HelpLines {
  /** Column where descriptions of options and commands begin. */
  readonly column: number;
  /** Index of the line that describes the program. */
  readonly description: number;
  readonly lines: readonly string[];
}

/** Commander wraps nothing to fewer columns. */
const MIN_WIDTH = 40;

/**
 * Wraps the help to a number of columns as Commander does: the program's description, and the
 * descriptions of options and commands in their column, unless that leaves them fewer than 40
 * columns.
 *
 * @example
 * ```ts
 * import { fitHelp } from "./fit_help.ts";
 * fitHelp({ column: 4, description: 0, lines: ["ddsrv", "  a  help"] }, 80); // "ddsrv\n  a  help\n"
 * ```
 */
export function fitHelp({ column, description, lines }: HelpLines, width: number): string {
  const fitted = lines.map((line, index) => {
    if (index === description) return wrap(line, width);
    if (!isItem(line, column)) return line;
    const text = wrap(line.slice(column), width - column);
    return line.slice(0, column) + text.replaceAll("\n", `\n${" ".repeat(column)}`);
  });
  return `${fitted.join("\n")}\n`;
}

/** Returns true for a line with a term, two spaces or more, and a description in its column. */
function isItem(line: string, column: number): boolean {
  return /^ {2}\S/.test(line) && /^ {2}\S/.test(line.slice(column - 2));
}

function wrap(text: string, width: number): string {
  if (width < MIN_WIDTH) return text;
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.join("\n");
}
