/** Parts of a value that are at least this long are hidden, in UTF-16 units. */
export const PART = 8;

/** Shorter values are too common to hide, and no secrets. */
const MIN_VALUE = 4;

/** Maximum UTF-16 units of all values, because the search takes time. */
const MAX_VALUES = 128 * 1024;

/**
 * Replaces values of variables in a short text by `…`, also parts of them: `JSON.parse` quotes ten
 * characters of what it cannot read. Hides the user and password of URLs too. Returns `undefined`
 * if there are too many values for a search.
 *
 * @example
 * ```ts
 * import { redact } from "./redact.ts";
 * redact('"sk_live_ab"... is not valid', ["sk_live_abcdef"]); // '"…"... is not valid'
 * ```
 */
export function redact(text: string, values: readonly string[]): string | undefined {
  const lines = [...new Set(values.flatMap((value) => value.split(/[\r\n]+/)))]
    .filter((line) => line.length >= MIN_VALUE);
  if (lines.reduce((sum, line) => sum + line.length, 0) > MAX_VALUES) return undefined;
  const isHidden = new Array<boolean>(text.length).fill(false);
  const hide = (from: number, length: number): void =>
    void isHidden.fill(true, from, from + length);
  const parts = new Map<string, number[]>();
  for (let at = 0; at + PART <= text.length; at++) {
    const part = text.slice(at, at + PART);
    parts.set(part, [...parts.get(part) ?? [], at]);
  }
  for (const line of lines) {
    if (line.length < PART) {
      for (let at = text.indexOf(line); at >= 0; at = text.indexOf(line, at + 1)) {
        hide(at, line.length);
      }
    }
    for (let at = 0; at + PART <= line.length; at++) {
      const part = line.slice(at, at + PART);
      parts.get(part)?.forEach((found) => hide(found, PART));
      parts.delete(part);
    }
  }
  const visible = [...isHidden.entries()].map(([at, isOut]) =>
    isOut ? (isHidden[at - 1] === true ? "" : "…") : text[at]
  ).join("");
  return visible.replace(/(:\/\/)[^/\s@]{1,200}@/g, "$1…@");
}
