import type { Scan } from "../function/scanner.ts";
import type { FunctionState, HandStop } from "./state.ts";

/** A function as its folder asks for it. */
export interface Desired {
  readonly directory: string;
  readonly revision: string;
  /** Set if the function was stopped by hand before it was there, as before a restart. */
  readonly stoppedByHand?: HandStop;
}

/** Brings one function closer to its folder. */
export type Action =
  | { readonly type: "start"; readonly name: string; readonly desired: Desired }
  | { readonly type: "replace"; readonly name: string; readonly desired: Desired }
  | { readonly type: "stop"; readonly name: string };

/** Facts about functions that a scan alone does not tell. */
export interface ScanContext {
  readonly states: ReadonlyMap<string, FunctionState>;
  /** Returns true if a check named other files of a function than the scan looked at. */
  readonly isStale: (name: string) => boolean;
  /** Without it, a function that serves loads new code only when the operator asks. */
  readonly isWatching: boolean;
  /** Functions that load new code even without a watch. */
  readonly asked: ReadonlySet<string>;
  /** Functions that are stopped by hand, also before they turn up. */
  readonly handStops: ReadonlyMap<string, HandStop>;
}

/**
 * Returns the functions that a scan asks for. A function stays as it is when its files are still
 * changing, when its folder is too large, or when the scan looked at other files than are known by
 * now. Without a watch, a function that serves stays too; one that does not serve loads its new
 * code, which may repair it.
 */
export function desiredOf(
  { functions, unsettled, refused }: Pick<Scan, "functions" | "unsettled" | "refused">,
  { states, isStale, isWatching, asked, handStops }: ScanContext,
): Map<string, Desired> {
  const desired = new Map<string, Desired>();
  for (const [name, spec] of functions) {
    const state = states.get(name);
    const isHeld = !isWatching && state?.serving !== undefined && !asked.has(name);
    const revision = isHeld || isStale(name) ? state?.requested ?? spec.revision : spec.revision;
    const stoppedByHand = handStops.get(name);
    desired.set(name, {
      directory: spec.directory,
      revision,
      ...(stoppedByHand === undefined ? {} : { stoppedByHand }),
    });
  }
  for (const name of [...unsettled, ...refused.keys()]) {
    const state = states.get(name);
    if (state?.isWanted !== true) desired.delete(name);
    else desired.set(name, { directory: state.directory, revision: state.requested });
  }
  return desired;
}

/**
 * Compares the desired functions with the present ones. In the steady state there is no action.
 *
 * @example
 * ```ts
 * import { reconcile } from "./reconcile.ts";
 * const desired = new Map([["a", { directory: "/f/a", revision: "1" }]]);
 * reconcile(desired, new Map()); // [{ type: "start", name: "a", desired: … }]
 * ```
 */
export function reconcile(
  desired: ReadonlyMap<string, Desired>,
  states: ReadonlyMap<string, FunctionState>,
): Action[] {
  const actions: Action[] = [];
  for (const [name, wanted] of desired) {
    const state = states.get(name);
    if (state === undefined || !state.isWanted) {
      actions.push({ type: "start", name, desired: wanted });
    } else if (state.requested !== wanted.revision) {
      actions.push({ type: "replace", name, desired: wanted });
    }
  }
  for (const [name, state] of states) {
    if (state.isWanted && !desired.has(name)) actions.push({ type: "stop", name });
  }
  return actions;
}

/**
 * Returns the functions that run from a folder which is no longer theirs: a link on the way to it
 * leads elsewhere now, although the revision there is the same. Other files in the new folder may
 * differ, and the old folder may be gone. An idle function is not among them: it starts from the
 * new folder anyway.
 *
 * @param places real path of each function's folder when its files last were settled
 */
export function relocatedFunctions(
  { functions, unsettled }: Pick<Scan, "functions" | "unsettled">,
  { places, states }: Pick<ScanContext, "states"> & {
    readonly places: ReadonlyMap<string, string>;
  },
): string[] {
  return [...functions.values()].filter(({ name, place }) => {
    const before = places.get(name);
    const { serving, candidate, isWanted = false } = states.get(name) ?? {};
    const runsFromFolder = candidate !== undefined || serving !== undefined && !serving.isSnapshot;
    const isElsewhere = before !== undefined && before !== place && !unsettled.has(name);
    return isElsewhere && isWanted && runsFromFolder;
  }).map(({ name }) => name);
}
