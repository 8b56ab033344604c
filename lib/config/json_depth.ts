/** Settings need four levels; a parser that calls itself overflows its stack at some thousands. */
export const MAX_JSON_DEPTH = 64;

/** A function's file is read on the event loop, where each thousand values take some milliseconds. */
export const MAX_JSON_VALUES = 2_000;

/** A place in a text, and how it is more than can be read. */
export interface JsonExcess {
  readonly offset: number;
  readonly type: "depth" | "values";
}

/**
 * Where a text is nested deeper than {@linkcode MAX_JSON_DEPTH} levels, or has more than `maxValues`
 * values; or `undefined`. Reads JSON with comments from front to back, without recursion, and takes
 * strings and comments as jsonc-parser does: a string ends at the end of its line.
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
        // What closes nothing is a fault that the parser names, and passes over.
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
