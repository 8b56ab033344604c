/** Characters are drawn in cells of this size, in pixels. */
const CELL = { width: 7.8, height: 18 };

const MARGIN = { x: 18, top: 54, bottom: 16 };

/**
 * Returns lines of a terminal session as a picture in SVG. Lines that begin with `$ ` are commands.
 *
 * @example
 * ```ts
 * import { linesOfPicture, terminalPicture } from "./terminal_picture.ts";
 * linesOfPicture(terminalPicture("a session", ["$ echo a & b", "a"])); // ["$ echo a & b", "a"]
 * ```
 */
export function terminalPicture(title: string, lines: readonly string[]): string {
  const columns = Math.max(...lines.map((line) => line.length));
  const content = lines.map(terminalLine).join("");
  return terminalWindow(title, { columns, rows: lines.length, content });
}

/** Content of {@linkcode terminalWindow}. */
export interface TerminalContent {
  /** Width in characters. */
  readonly columns: number;
  /** Height in lines. */
  readonly rows: number;
  /** Elements in SVG. */
  readonly content: string;
}

/** Returns an empty terminal with some content as a picture in SVG. */
export function terminalWindow(
  title: string,
  { columns, rows, content }: TerminalContent,
): string {
  const width = Math.ceil(columns * CELL.width + 2 * MARGIN.x);
  const height = MARGIN.top + (rows - 1) * CELL.height + MARGIN.bottom;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}" ` +
    'font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="13" ' +
    `role="img" aria-label="${escapeXml(title)}">\n<title>${escapeXml(title)}</title>\n` +
    '<rect width="100%" height="100%" rx="10" fill="#1e1e2e"/>\n' +
    '<circle cx="20" cy="18" r="6" fill="#f38ba8"/><circle cx="40" cy="18" r="6" fill="#f9e2af"/>' +
    `<circle cx="60" cy="18" r="6" fill="#a6e3a1"/>\n${content}</svg>\n`;
}

/** Returns a line of a terminal in SVG; `row` counts from 0. Commands have a prompt that ends with `$`. */
export function terminalLine(line: string, row: number): string {
  const y = MARGIN.top + row * CELL.height;
  const colour = /^(?:\w+ )?\$ /.test(line) ? "#a6e3a1" : "#cdd6f4";
  const length = (line.length * CELL.width).toFixed(1);
  return `<text x="${MARGIN.x}" y="${y}" fill="${colour}" textLength="${length}" ` +
    `lengthAdjust="spacingAndGlyphs" xml:space="preserve">${escapeXml(line)}</text>\n`;
}

/** Returns the lines that {@linkcode terminalPicture} has drawn. */
export function linesOfPicture(svg: string): string[] {
  return [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text = ""]) =>
    text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"')
      .replaceAll("&amp;", "&")
  );
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
