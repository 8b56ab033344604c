import { nearest } from "../../lib/config/suggestion.ts";
import { makeVisible } from "./visible.ts";

/** Part of a template: literal text, or the key of a value. */
type Part = { readonly text: string } | { readonly key: string };

const PLACEHOLDER = /\{\{\s*(.*?)\s*\}\}/;

const ESCAPES: Readonly<Record<string, string>> = { t: "\t", n: "\n", "\\": "\\" };

/**
 * Parses a template such as `{{name}}\t{{url}}`, with the escapes `\t`, `\n` and `\\`, and returns a
 * function that fills in values. `null` becomes empty, a list is joined with commas, and control
 * characters in values are escaped.
 *
 * @throws {SyntaxError} if a placeholder is not one of the keys
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
    const hint = near === undefined ? `Use one of ${keys.join(", ")}` : `Did you mean "${near}"?`;
    throw new SyntaxError(`Unknown key "${part.key}". ${hint}`);
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
