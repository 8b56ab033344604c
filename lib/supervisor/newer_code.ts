import type { Scan } from "../function/scanner.ts";
import type { ScanContext } from "./reconcile.ts";
import type { FunctionState } from "./state.ts";

/** Code that nobody has asked for yet. */
export interface NewerCode {
  readonly revision: string;
  /** The revision that it is newer than. */
  readonly requested: string;
}

/**
 * The functions that serve and whose folders hold newer code, which waits because nobody watches. As
 * `desiredOf`, it says nothing of files that are changing, or that were not looked at as they count.
 */
export function findNewerCode(
  { functions, unsettled }: Pick<Scan, "functions" | "unsettled">,
  { states, isStale, isWatching, asked }: ScanContext,
): Map<string, NewerCode> {
  const newer = new Map<string, NewerCode>();
  if (isWatching) return newer;
  for (const [name, { revision }] of functions) {
    const state = states.get(name);
    const isSettled = !isStale(name) && !unsettled.has(name) && !asked.has(name);
    if (!isSettled || state?.serving === undefined || state.requested === revision) continue;
    newer.set(name, { revision, requested: state.requested });
  }
  return newer;
}

/** The revision that waits; none once another one than it is newer than was asked for. */
export function newerRevision(
  { requested }: Pick<FunctionState, "requested">,
  newer: NewerCode | undefined,
): string | undefined {
  return newer?.requested === requested ? newer.revision : undefined;
}
