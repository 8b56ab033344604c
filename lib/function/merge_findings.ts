/** Folders that a scan looked at; `undefined` if it looked at all. */
type Looked = ReadonlySet<string> | undefined;

/**
 * Updates what is known about all folders with the findings about some of them. Removes folders that
 * were looked at and have no finding.
 *
 * @example
 * ```ts
 * import { mergeMap } from "./merge_findings.ts";
 * const known = new Map([["a", 1], ["b", 1], ["c", 1]]);
 * mergeMap(known, new Map([["a", 2]]), new Set(["a", "b"]));
 * known; // Map { "a" => 2, "c" => 1 }
 * ```
 */
export function mergeMap<Value>(
  known: Map<string, Value>,
  findings: ReadonlyMap<string, Value>,
  looked: Looked,
): void {
  if (looked === undefined) known.clear();
  else for (const name of looked) if (!findings.has(name)) known.delete(name);
  for (const [name, value] of findings) known.set(name, value);
}

/** Does the same for a set. */
export function mergeSet(
  known: Set<string>,
  findings: ReadonlySet<string>,
  looked: Looked,
): void {
  if (looked === undefined) known.clear();
  else for (const name of looked) if (!findings.has(name)) known.delete(name);
  for (const name of findings) known.add(name);
}
