import type { Scan } from "../function/scanner.ts";
import type { ScanContext } from "./reconcile.ts";
import type { FunctionState } from "./state.ts";

/** New code of a function, which waits for a reload. */
export interface NewerCode {
  readonly revision: string;
  /** The revision that was requested last. */
  readonly requested: string;
}

/** Facts besides a scan; `before` is what was known before it. */
export interface NewerCodeContext extends Omit<ScanContext, "handStops"> {
  readonly before: ReadonlyMap<string, NewerCode>;
}

/**
 * Returns the functions that serve while their folders hold newer code, which waits for a reload
 * without a watch. Like `desiredOf`, it ignores files that are still changing and scans that are
 * stale; a stale scan leaves what was known before.
 */
export function findNewerCode(
  { functions, unsettled }: Pick<Scan, "functions" | "unsettled">,
  { states, isStale, isWatching, asked, before }: NewerCodeContext,
): Map<string, NewerCode> {
  const newer = new Map<string, NewerCode>();
  if (isWatching) return newer;
  for (const [name, { revision }] of functions) {
    const state = states.get(name);
    const known = before.get(name);
    if (isStale(name)) {
      if (known !== undefined) newer.set(name, known);
      continue;
    }
    const isSettled = !unsettled.has(name) && !asked.has(name);
    if (!isSettled || state?.serving === undefined || state.requested === revision) continue;
    newer.set(name, { revision, requested: state.requested });
  }
  return newer;
}

/** Returns the waiting revision; `undefined` once another revision was requested. */
export function newerRevision(
  { requested }: Pick<FunctionState, "requested">,
  newer: NewerCode | undefined,
): string | undefined {
  return newer?.requested === requested ? newer.revision : undefined;
}
