import { nearest } from "../../lib/config/suggestion.ts";
import { makeVisible } from "./visible.ts";

/** A part of a template: text as it is, or the key of a value. */
type Part = { readonly text: string } | { readonly key: string };

const PLACEHOLDER = /\{\{\s*(.*?)\s*\}\}/;

const ESCAPES: Readonly<Record<string, string>> = { t: "\t", n: "\n", "\\": "\\" };

/**
 * Reads a template such as `{{name}}\t{{url}}`, where `\t`, `\n` and `\\` stand for a tab, a line
 * feed and a backslash, and gives what fills it in with values. What is `null` is left empty, a list
 * has commas, and control characters of a value are made visible, so that it stays on its line.
 *
 * @throws {SyntaxError} when it has a placeholder that is not among the keys
 *
 * @example
 * ```ts
 * import { parseTemplate } from "./template.ts";
 * parseTemplate("{{name}}: {{status}}", ["name", "status"])({ name: "a", status: "ready" });
 * // "a: ready"
 * ```
 */
export function parseTemplate(
  template: string,
  keys: readonly string[],
): (values: Readonly<Record<string, unknown>>) => string {
  const parts = template.split(PLACEHOLDER).map((text, index): Part =>
    index % 2 === 0 ? { text: unescape(text) } : { key: text }
  );
  for (const part of parts) {
    if (!("key" in part) || keys.includes(part.key)) continue;
    const near = nearest(part.key, keys);
    const hint = near === undefined ? `There are ${keys.join(", ")}` : `Did you mean "${near}"?`;
    throw new SyntaxError(`There is no "${part.key}" to print. ${hint}`);
  }
  return (values) =>
    parts.map((part) => "key" in part ? formatValue(values[part.key]) : part.text).join("");
}

function unescape(text: string): string {
  return text.replace(/\\([tn\\])/g, (_, letter: string) => ESCAPES[letter]!);
}

function formatValue(value: unknown): string {
  if (value === null || value === undefined) return "";
  return makeVisible(Array.isArray(value) ? value.join(",") : String(value));
}
