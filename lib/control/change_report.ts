import { isSuccess } from "../history/change.ts";
import type { ServedPeriod } from "../history/served_period.ts";
import type { ListedChange } from "../supervisor/change_history.ts";
import type { ChangeReport, ServedReport } from "./api.ts";

const SHORT_REVISION = 12;

/** Revisions that {@linkcode reportChanges} marks. */
export interface ChangeMarks {
  /** Revision that serves; `undefined` if none does. */
  readonly serving: string | undefined;
  /** Revisions that a rollback can restore. */
  readonly kept: readonly string[];
}

/** Returns the reports of changes, newest first, and marks the one whose revision serves. */
export function reportChanges(
  changes: readonly ListedChange[],
  { serving, kept }: ChangeMarks,
): ChangeReport[] {
  const current = changes.findLast(({ change, isPending }) =>
    !isPending && isSuccess(change) && change.revision === serving && serving !== undefined
  );
  return changes.toReversed().map((listed): ChangeReport => {
    const { change, isPending } = listed;
    const { id, atMs, by, revision, commit, user, subject, result } = change;
    const { stage, reason, durationMs } = change;
    return {
      id,
      at: new Date(atMs).toISOString(),
      by,
      revision: revision?.slice(0, SHORT_REVISION) ?? null,
      commit: commit ?? null,
      user: user ?? null,
      schedule: subject ?? null,
      result: isPending ? "pending" : result,
      stage: stage ?? null,
      reason: reason ?? null,
      durationMs,
      isServing: listed === current,
      isKept: revision !== undefined && kept.includes(revision),
    };
  });
}

/** Returns the report of the time during which a revision served. */
export function reportServed(period: ServedPeriod | undefined): ServedReport | null {
  if (period === undefined) return null;
  const { change: { atMs, by, commit }, untilMs } = period;
  return {
    from: new Date(atMs).toISOString(),
    until: untilMs === undefined ? null : new Date(untilMs).toISOString(),
    by,
    commit: commit ?? null,
  };
}
