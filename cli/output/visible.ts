/** C0 and C1 controls but the tab, and the marks that turn the direction of writing. */
// deno-lint-ignore no-control-regex
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Text of a function made safe for a terminal: control characters, which could move the cursor,
 * rename the window or forge a line, are shown as `\x1b` and the like. Tabs stay; colours don't.
 *
 * @example
 * ```ts
 * import { makeVisible } from "./visible.ts";
 * makeVisible("\x1b[2Jhi"); // "\\x1b[2Jhi"
 * ```
 */
export function makeVisible(text: string): string {
  return text.replace(CONTROL, (char) => {
    const hex = char.charCodeAt(0).toString(16);
    return hex.length <= 2 ? `\\x${hex.padStart(2, "0")}` : `\\u${hex}`;
  });
}

/** {@linkcode makeVisible} for a text of several lines, which stay lines. */
export function makeVisibleLines(text: string): string {
  return text.split("\n").map(makeVisible).join("\n");
}

/** The colours in which Deno sets diagnostics; what hides text or moves the cursor is none. */
// deno-lint-ignore no-control-regex
const COLOUR = /(\x1b\[(?:[012]|3[1-7]|38;5;245)m)/;

/** {@linkcode makeVisibleLines} for what Deno has said: its colours stay, and end with the text. */
export function makeVisibleDiagnostics(text: string): string {
  const parts = text.split(COLOUR);
  const safe = parts.map((part, index) => index % 2 === 1 ? part : makeVisibleLines(part)).join("");
  return parts.length === 1 ? safe : `${safe}\x1b[0m`;
}

/** Diagnostics without their colours. */
export function withoutColours(text: string): string {
  return text.split(COLOUR).filter((_, index) => index % 2 === 0).join("");
}
