import type { FunctionState } from "./state.ts";

/** A function as the folders have it. */
export interface Desired {
  readonly directory: string;
  readonly revision: string;
}

/** What has to be done so that what is becomes what should be. */
export type Action =
  | { readonly type: "start"; readonly name: string; readonly desired: Desired }
  | { readonly type: "replace"; readonly name: string; readonly desired: Desired }
  | { readonly type: "stop"; readonly name: string };

/**
 * Compares the folders with the functions. No action is the steady state.
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
  observed: ReadonlyMap<string, FunctionState>,
): Action[] {
  const actions: Action[] = [];
  for (const [name, one] of desired) {
    const state = observed.get(name);
    if (state === undefined || !state.isWanted) actions.push({ type: "start", name, desired: one });
    else if (!isTried(state, one.revision)) actions.push({ type: "replace", name, desired: one });
  }
  for (const [name, state] of observed) {
    if (state.isWanted && !desired.has(name)) actions.push({ type: "stop", name });
  }
  return actions;
}

/** Whether a revision is what runs, what is being started, or what has failed already. */
function isTried(state: FunctionState, revision: string): boolean {
  return state.requested === revision;
}
