/** A part of a log line, and the class of its colour; "" for the default. */
export type LogPart = readonly [text: string, colour: string];

/** Maximum length of a line on the page, in UTF-16 code units. */
const MAX_LENGTH = 4_000;

/** Maximum number of parts: a line can change its colour with each character. */
const MAX_PARTS = 64;

const NAMES = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"] as const;

/**
 * Escape sequences of ECMA-48: control sequences (CSI), then strings, such as the title of a window
 * (OSC), up to their end, then short sequences.
 */
const SEQUENCE =
  // deno-lint-ignore no-control-regex
  /(?:\x1b\[|\x9b)([0-?]*)[ -/]*([@-~])|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]/g;

/** Remaining control characters except tab, and characters that change the direction of text. */
// deno-lint-ignore no-control-regex
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Splits a log line into parts of one colour. Keeps the eight colours and bold of ANSI as names of
 * classes, removes all other sequences, and shows other control characters as `\x07`. The parts are
 * text and not HTML.
 *
 * @example
 * ```ts
 * import { parseLogText } from "./log_text.ts";
 * parseLogText("\x1b[31mno\x1b[0m <b>"); // [["no", "red"], [" <b>", ""]]
 * ```
 */
export function parseLogText(text: string): LogPart[] {
  const line = text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH).toWellFormed()}…` : text;
  const parts: (readonly [string, string])[] = [];
  let colour = "";
  let at = 0;
  const take = (end: number): void => {
    const piece = line.slice(at, end).replace(CONTROL, escapeControl);
    const last = parts.at(-1);
    if (piece === "") return;
    if (last !== undefined && (last[1] === colour || parts.length >= MAX_PARTS)) {
      parts[parts.length - 1] = [last[0] + piece, last[1]];
    } else parts.push([piece, colour]);
  };
  for (const match of line.matchAll(SEQUENCE)) {
    take(match.index);
    if (match[2] === "m") colour = nextColour(colour, match[1]!);
    at = match.index + match[0].length;
  }
  take(line.length);
  return parts;
}

/** Applies "select graphic rendition", such as `1;31`. Further values of a colour are ignored. */
function nextColour(before: string, parameters: string): string {
  let colour = before;
  const codes = parameters.split(/[;:]/, 16).map(Number);
  for (const [index, code] of codes.entries()) {
    if (code === 0 || code === 39) colour = "";
    else if (code === 38 || code === 48) return codes[index] === 38 ? "" : colour;
    else if (code >= 30 && code <= 37) colour = NAMES[code - 30]!;
    else if (code >= 90 && code <= 97) colour = NAMES[code - 90]!;
    else if (code === 1 && colour === "") colour = "bold";
    else if (code === 2 && colour === "") colour = "dim";
    else if (code === 22 && (colour === "bold" || colour === "dim")) colour = "";
  }
  return colour;
}

function escapeControl(char: string): string {
  const hex = char.charCodeAt(0).toString(16);
  return hex.length <= 2 ? `\\x${hex.padStart(2, "0")}` : `\\u${hex}`;
}

/** Returns the text of several lines without escape sequences, such as diagnostics of a check. */
export function plainLines(text: string): string {
  return text.split("\n").map((line) => parseLogText(line).map(([part]) => part).join("")).join(
    "\n",
  );
}
