/**
 * Characters that JSON does not escape, but that control a terminal, end a line or change the text
 * direction: C1 controls, line separators and bidirectional controls.
 */
const UNSEEN = /[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * Formats a value as one line of JSON, with its line feed; escapes characters that control a
 * terminal.
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
