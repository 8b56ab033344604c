import { type Change, isSuccess } from "./change.ts";

/**
 * Returns the revisions that have served, the present one first and each followed by the one that a
 * rollback would restore. A rollback removes the revisions after its own, so that the next one goes
 * further back; a rollback to one of these puts it on top again.
 *
 * @example
 * ```ts
 * import { lineageOf } from "./lineage.ts";
 * // Edits to a, b and c, and a rollback to b: ["b…", "a…"]
 * lineageOf(changes);
 * ```
 */
export function lineageOf(changes: readonly Change[]): readonly string[] {
  const served: string[] = [];
  const known = new Set<string>();
  for (const change of changes) {
    const { by, revision, result } = change;
    const isBack = by === "rollback" || by === "undo";
    // While a function is stopped, a rollback restores the folder, and nothing starts.
    const counts = isSuccess(change) || isBack && result === "stopped";
    if (revision === undefined || !counts || served.at(-1) === revision) continue;
    const index = served.lastIndexOf(revision);
    const isUndone = index === -1 && known.has(revision);
    known.add(revision);
    if (!isBack || isUndone) {
      served.push(revision);
      continue;
    }
    // A revision from before the changes is older than all of them.
    if (index === -1) served.splice(0, served.length, revision);
    else served.length = index + 1;
  }
  return served.reverse();
}
