/** C0 and C1 control characters except tab, and bidirectional control characters. */
// deno-lint-ignore no-control-regex
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Escapes control characters, such as `\x1b`, in a text of a function for a terminal. They could
 * move the cursor, rename the window or forge a line. Keeps tabs, but not colors.
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

/** As {@linkcode makeVisible}, but keeps line feeds. */
export function makeVisibleLines(text: string): string {
  return text.split("\n").map(makeVisible).join("\n");
}

/** Colors that Deno uses in diagnostics; not sequences that hide text or move the cursor. */
// deno-lint-ignore no-control-regex
const COLOUR = /(\x1b\[(?:[012]|3[1-7]|38;5;245)m)/;

/** As {@linkcode makeVisibleLines}, but keeps Deno's colors and resets them at the end. */
export function makeVisibleDiagnostics(text: string): string {
  const parts = text.split(COLOUR);
  const safe = parts.map((part, index) => index % 2 === 1 ? part : makeVisibleLines(part)).join("");
  return parts.length === 1 ? safe : `${safe}\x1b[0m`;
}

/** Removes Deno's colors from diagnostics. */
export function withoutColours(text: string): string {
  return text.split(COLOUR).filter((_, index) => index % 2 === 0).join("");
}
