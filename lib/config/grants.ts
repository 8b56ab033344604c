import { compareSpecificity, matchesPattern } from "./function_pattern.ts";

/** Settings that the operator gives to single functions: an entry of `functions`. */
export interface Grant {
  /** Name of a function, or a pattern with `*`. */
  readonly pattern: string;
  /** Of the type SomeSettings, which the table of settings can't name: it is made from the table. */
  readonly settings: object;
}

/** Sorts grants so that the most specific one is last; of equal ones, the later one. */
export function sortGrants(grants: readonly Grant[]): readonly Grant[] {
  return grants.toSorted((one, other) => compareSpecificity(one.pattern, other.pattern));
}

/** Returns the grants that match a function's name, in the same order. */
export function grantsFor(grants: readonly Grant[], name: string): readonly Grant[] {
  return grants.filter(({ pattern }) => matchesPattern(pattern, name));
}

/** Returns the patterns that match none of the names. */
export function unmatchedPatterns(
  grants: readonly Grant[],
  names: readonly string[],
): readonly string[] {
  const known = new Set(names);
  return grants.map(({ pattern }) => pattern).filter((pattern) =>
    !known.has(pattern) && !names.some((name) => matchesPattern(pattern, name))
  );
}
