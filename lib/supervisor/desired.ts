import type { Scan } from "../function/scanner.ts";
import type { Desired } from "./reconcile.ts";
import type { FunctionState } from "./state.ts";

/** What {@linkcode desiredOf} goes by, beside the scan. */
export interface DesiredOptions {
  readonly states: ReadonlyMap<string, FunctionState>;
  /** Whether a check has named other files of a function than the scan looked at. */
  readonly isStale: (name: string) => boolean;
}

/**
 * What a scan asks for. A function whose files are not at rest is to stay as it is, and so is one
 * that was looked at by other files than are known by now.
 */
export function desiredOf(
  { functions, arriving }: Pick<Scan, "functions" | "arriving">,
  { states, isStale }: DesiredOptions,
): Map<string, Desired> {
  const desired = new Map<string, Desired>();
  for (const [name, spec] of functions) {
    const revision = isStale(name) ? states.get(name)?.requested ?? spec.revision : spec.revision;
    desired.set(name, { directory: spec.directory, revision });
  }
  for (const name of arriving) {
    const state = states.get(name);
    if (state?.isWanted !== true) desired.delete(name);
    else desired.set(name, { directory: state.directory, revision: state.requested });
  }
  return desired;
}
