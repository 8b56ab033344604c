import { nameProblem } from "./function_name.ts";

/**
 * Returns the reason why a text is no name or pattern of functions; `undefined` if it is one. A
 * pattern is a name in which each `*` stands for any characters, or for none.
 */
export function patternProblem(pattern: string): string | undefined {
  // A name may consist of the characters that a star stands for.
  return nameProblem(pattern.replace(/^\*+/, "x").replaceAll("*", ""));
}

/**
 * Returns true if a pattern matches a whole name. It takes time in proportion to the product of both
 * lengths at most, whatever the pattern.
 *
 * @example
 * ```ts
 * import { matchesPattern } from "./function_pattern.ts";
 * matchesPattern("api-*", "api-users"); // true
 * matchesPattern("api", "api-users"); // false
 * ```
 */
export function matchesPattern(pattern: string, name: string): boolean {
  let [at, next] = [0, 0];
  let star: { readonly after: number; from: number } | undefined;
  while (next < name.length) {
    if (pattern[at] === "*") {
      star = { after: ++at, from: next };
    } else if (pattern[at] === name[next]) {
      at++;
      next++;
    } else if (star !== undefined) {
      // The star takes one character more.
      [at, next] = [star.after, ++star.from];
    } else return false;
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}

/**
 * Compares two patterns: a negative number if the first is less specific. A name is more specific
 * than any pattern, and of two patterns the one with more characters besides `*`.
 */
export function compareSpecificity(one: string, other: string): number {
  const [a, b] = [rank(one), rank(other)];
  return a === b ? 0 : a - b;
}

function rank(pattern: string): number {
  return pattern.includes("*") ? pattern.replaceAll("*", "").length : Infinity;
}
