import type { Scan } from "../function/scanner.ts";
import type { Desired } from "./reconcile.ts";
import type { FunctionState } from "./state.ts";

/** What {@linkcode desiredOf} goes by, beside the scan. */
export interface DesiredOptions {
  readonly states: ReadonlyMap<string, FunctionState>;
  /** Whether a check has named other files of a function than the scan looked at. */
  readonly isStale: (name: string) => boolean;
  /** Whether new code of what serves is taken up by itself. */
  readonly isWatching: boolean;
  /** Functions whose code is to be taken up all the same. */
  readonly asked: ReadonlySet<string>;
}

/**
 * Returns the functions that a scan asks for. A function stays as it is when its files are still
 * changing, when its folder is too large, or when the scan looked at other files than are known by
 * now. Without a watch, a function that serves stays too; one that does not serve loads its new
 * code, which may repair it.
 */
export function desiredOf(
  { functions, unsettled, refused }: Pick<Scan, "functions" | "unsettled" | "refused">,
  { states, isStale, isWatching, asked }: DesiredOptions,
): Map<string, Desired> {
  const desired = new Map<string, Desired>();
  for (const [name, spec] of functions) {
    const state = states.get(name);
    const isHeld = !isWatching && state?.serving !== undefined && !asked.has(name);
    const revision = isHeld || isStale(name) ? state?.requested ?? spec.revision : spec.revision;
    desired.set(name, { directory: spec.directory, revision });
  }
  for (const name of [...unsettled, ...refused.keys()]) {
    const state = states.get(name);
    if (state?.isWanted !== true) desired.delete(name);
    else desired.set(name, { directory: state.directory, revision: state.requested });
  }
  return desired;
}
