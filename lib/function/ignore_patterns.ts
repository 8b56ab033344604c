/** Characters with a meaning of their own in a pattern. */
const SPECIAL = /[\\*?[\]!# ]/g;

/** A slash that is not the last character ties a pattern to its directory. */
const INNER_SLASH = /\/(?!$)/;

/**
 * Returns the patterns of an ignore file in a subdirectory as patterns of the top directory, one for
 * each pattern, in their order. `base` is the subdirectory's path with `/`; `""` is the top.
 * Source: gitignore(5).
 *
 * @example
 * ```ts
 * import { rebasePatterns } from "./ignore_patterns.ts";
 * rebasePatterns("*.log\n!/a/b.log", "shop"); // ["/shop/**" + "/*.log", "!/shop/a/b.log"]
 * ```
 */
export function rebasePatterns(text: string, base: string): string[] {
  const lines = text.replace(/^\ufeff/, "").split("\n").map((line) => line.replace(/\r$/, ""));
  const prefix = base === "" ? "" : `/${base.replace(SPECIAL, "\\$&")}`;
  return lines.flatMap((line) => {
    if (line.startsWith("#")) return [];
    const isIncluding = line.startsWith("!");
    const pattern = withoutSpaces(isIncluding ? line.slice(1) : line);
    if (/^\/*$/.test(pattern)) return [];
    if (prefix === "") return [line];
    const place = INNER_SLASH.test(pattern) ? pattern.replace(/^\/?/, "/") : `/**/${pattern}`;
    return [`${isIncluding ? "!" : ""}${prefix}${place}`];
  });
}

/** Removes spaces at the end, except one behind a backslash. */
function withoutSpaces(pattern: string): string {
  let end = pattern.length;
  while (pattern[end - 1] === " ") end--;
  let start = end;
  while (pattern[start - 1] === "\\") start--;
  const isEscaped = end < pattern.length && (end - start) % 2 === 1;
  return pattern.slice(0, isEscaped ? end + 1 : end);
}
