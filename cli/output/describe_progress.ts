import type { Status } from "../../lib/supervisor/state.ts";

/** Maximum number of names to list; beyond it, only counts are shown. */
const MAX_NAMED = 3;

/**
 * Describes in one line which functions are being checked and started, or how many of all; empty if
 * none is.
 *
 * @example
 * ```ts
 * import { describeProgress } from "./describe_progress.ts";
 * describeProgress(new Map([["a", "checking"], ["b", "ready"]])); // "checking a"
 * ```
 */
export function describeProgress(statuses: ReadonlyMap<string, Status>): string {
  const checking = namesOf(statuses, "checking");
  const starting = namesOf(statuses, "starting");
  const count = checking.length + starting.length;
  if (count === 0) return "";
  const isNamed = count <= MAX_NAMED;
  const parts = [
    ...part("checking", checking, isNamed),
    ...part("starting", starting, isNamed),
  ];
  const up = statuses.size - count;
  return isNamed ? parts.join(", ") : `${up} of ${statuses.size} are up: ${parts.join(", ")}`;
}

function namesOf(statuses: ReadonlyMap<string, Status>, wanted: Status): string[] {
  return [...statuses].filter(([, status]) => status === wanted).map(([name]) => name);
}

function part(verb: string, names: readonly string[], isNamed: boolean): string[] {
  if (names.length === 0) return [];
  return [`${verb} ${isNamed ? names.join(" ") : names.length}`];
}
