/** Settings need four levels; a recursive parser overflows its stack at some thousands. */
export const MAX_JSON_DEPTH = 64;

/** The event loop parses a function's file: each thousand values take some milliseconds. */
export const MAX_JSON_VALUES = 2_000;

/** Place in a text where it exceeds a limit. */
export interface JsonExcess {
  readonly offset: number;
  readonly type: "depth" | "values";
}

/**
 * Finds where a text is nested deeper than {@linkcode MAX_JSON_DEPTH} levels, or has more than
 * `maxValues` values; `undefined` if it is within both limits. Reads JSON with comments without
 * recursion, and strings and comments as jsonc-parser does: a string ends at the end of its line.
 *
 * @example
 * ```ts
 * import { findExcess } from "./json_depth.ts";
 * findExcess('{ "a": [[]] }', Infinity); // undefined
 * findExcess("[".repeat(100), Infinity); // { offset: 64, type: "depth" }
 * ```
 */
export function findExcess(text: string, maxValues: number): JsonExcess | undefined {
  let depth = 0;
  let values = 1;
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '"':
        at = endOfString(text, at);
        break;
      case "/":
        at = endOfComment(text, at);
        break;
      case "[":
      case "{":
        if (++depth > MAX_JSON_DEPTH) return { offset: at, type: "depth" };
        break;
      case "]":
      case "}":
        // A bracket without an opening one is an error that the parser reports and skips.
        depth = Math.max(0, depth - 1);
        break;
      case ",":
        if (++values > maxValues) return { offset: at, type: "values" };
        break;
    }
  }
  return undefined;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"' && text[at] !== "\n" && text[at] !== "\r") {
    at += text[at] === "\\" ? 2 : 1;
  }
  return at;
}

function endOfComment(text: string, start: number): number {
  const close = { "/": "\n", "*": "*/" }[text[start + 1] ?? ""];
  if (close === undefined) return start;
  const end = text.indexOf(close, start + 2);
  return end === -1 ? text.length : end + close.length - 1;
}
