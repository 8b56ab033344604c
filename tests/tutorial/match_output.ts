/** Parts of an output that differ from run to run, with a word for each. */
const VARYING: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?/g, "TIME"],
  [/\b\d{2}:\d{2}:\d{2}\b/g, "TIME"],
  [/\b(?=[0-9a-f]*\d)[0-9a-f]{7,64}\b/g, "HASH"],
  [/\d+(?:\.\d+)*/g, "N"],
  [/N ?(?:ms|s|m|h|d|B|KiB|MiB|kB|MB|%)(?!\w)/g, "AMOUNT"],
  [/[-─]{3,}/g, "LINE"],
  [/\s+/g, " "],
];

/** Control sequences of a terminal (ECMA-48). */
// deno-lint-ignore no-control-regex
const CONTROL = /\x1b\[[0-9;?]*[A-Za-z]|\r/g;

/**
 * Returns a line of output without what differs from run to run: times, hashes, numbers with their
 * units, and the width of columns.
 *
 * @example
 * ```ts
 * import { steadyLine } from "./match_output.ts";
 * steadyLine("hi   ready  4ebf320d77e2   7s"); // "hi ready HASH AMOUNT"
 * ```
 */
export function steadyLine(line: string): string {
  const plain = line.replaceAll(CONTROL, "");
  return VARYING.reduce((text, [part, word]) => text.replaceAll(part, word), plain).trim();
}

/**
 * Returns the first expected line that the output does not have after the ones before it; `undefined`
 * if it has all in this order. Other lines may be between them; `…` stands for any.
 */
export function missingLine(expected: readonly string[], output: string): string | undefined {
  const lines = output.split("\n").map(steadyLine);
  let from = 0;
  for (const line of expected) {
    const steady = steadyLine(line);
    if (steady === "" || steady === "…") continue;
    const found = lines.indexOf(steady, from);
    if (found === -1) return line;
    from = found + 1;
  }
  return undefined;
}
