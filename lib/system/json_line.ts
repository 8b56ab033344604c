/**
 * What JSON leaves as it is, and steers a terminal, ends a line or turns text round: C1 controls,
 * line separators and bidi controls.
 */
const UNSEEN = /[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * A value as one line of JSON, with its line feed; whatever its texts hold, a terminal shows it as it
 * is.
 *
 * @example
 * ```ts
 * import { formatJsonLine } from "./json_line.ts";
 * formatJsonLine({ text: "a\u202eb" }); // '{"text":"a\\u202eb"}\n'
 * ```
 */
export function formatJsonLine(value: unknown): string {
  return `${JSON.stringify(value).replace(UNSEEN, escapeUnit)}\n`;
}

function escapeUnit(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
