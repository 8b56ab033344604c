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
 * What a scan asks for. A function whose files are not at rest is to stay as it is, and so is one
 * whose folder is too large, or that was looked at by other files than are known by now. Where nobody watches, so is one that
 * serves; one that does not has nothing to lose, and its new code may be what mends it.
 */
export function desiredOf(
  { functions, arriving, refused }: Pick<Scan, "functions" | "arriving" | "refused">,
  { states, isStale, isWatching, asked }: DesiredOptions,
): Map<string, Desired> {
  const desired = new Map<string, Desired>();
  for (const [name, spec] of functions) {
    const state = states.get(name);
    const isHeld = !isWatching && state?.serving !== undefined && !asked.has(name);
    const revision = isHeld || isStale(name) ? state?.requested ?? spec.revision : spec.revision;
    desired.set(name, { directory: spec.directory, revision });
  }
  for (const name of [...arriving, ...refused.keys()]) {
    const state = states.get(name);
    if (state?.isWanted !== true) desired.delete(name);
    else desired.set(name, { directory: state.directory, revision: state.requested });
  }
  return desired;
}
