/** ssh(1) ends its own messages like this. */
const LINE_END = /\r\n/g;

/** Control characters except tab and line feed, and bidirectional control characters. */
// deno-lint-ignore no-control-regex
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Escapes control characters in the output of a server, so that it does not control the terminal. In
 * JSON, they are only in strings, where the escape means the same character.
 *
 * @example
 * ```ts
 * import { visibleOutput } from "./visible_output.ts";
 * visibleOutput("\x1b[2J\n"); // "\\u001b[2J\n"
 * ```
 */
export function visibleOutput(text: string): string {
  return text.replace(LINE_END, "\n")
    .replace(CONTROL, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
