import type { Scan } from "../function/scanner.ts";
import type { FunctionState } from "./state.ts";

/** What {@linkcode relocatedFunctions} compares. */
export interface MovedOptions {
  /** Where each function's folder really was when it was last seen at rest. */
  readonly places: ReadonlyMap<string, string>;
  readonly states: ReadonlyMap<string, FunctionState>;
}

/**
 * Functions that run from a folder which is not theirs any more: a link on the way to it leads
 * elsewhere now, though the revision there is the same. What else they read of their folder may be
 * another there, and where it was may be gone. One that only starts when it is needed starts from
 * the right one then.
 */
export function relocatedFunctions(
  { functions, unsettled }: Pick<Scan, "functions" | "unsettled">,
  { places, states }: MovedOptions,
): string[] {
  return [...functions.values()].filter(({ name, place }) => {
    const before = places.get(name);
    const { serving, candidate, isWanted = false } = states.get(name) ?? {};
    const runsFromFolder = candidate !== undefined || serving !== undefined && !serving.isKept;
    const isElsewhere = before !== undefined && before !== place && !unsettled.has(name);
    return isElsewhere && isWanted && runsFromFolder;
  }).map(({ name }) => name);
}
