/**
 * Returns the entries of a JSON object; none if the text is not one.
 *
 * @example
 * ```ts
 * import { jsonEntries } from "./json_entries.ts";
 * jsonEntries('{ "a": 1 }'); // [["a", 1]]
 * jsonEntries("[1"); // []
 * ```
 */
export function jsonEntries(text: string): [string, unknown][] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? Object.entries(value as object) : [];
}
