import { failure } from "./function_states.ts";
import type { AttemptOptions, Luck, Outcome } from "./lifecycle_attempt.ts";
import { fateOf, type Folder, revisionOf } from "./lifecycle_folders.ts";

/** Maximum number of snapshots of a function. */
const MOST = 3;

/** Returns the snapshots, newest first, when this folder serves. */
export function withSnapshot(snapshots: readonly Folder[], folder: Folder): readonly Folder[] {
  return [folder, ...snapshots.filter((one) => !isSame(one, folder))].slice(0, MOST);
}

/** Returns the snapshot that starts in place of a folder; none if the folder itself has served. */
export function snapshotFor(
  snapshots: readonly Folder[],
  folder: Folder | undefined,
): Folder | undefined {
  return snapshots.some((one) => isSame(one, folder)) ? undefined : snapshots[0];
}

/** Starts a snapshot, as `startSnapshot()` does. */
export function* attemptSnapshot(
  snapshot: Folder,
  { isAborted, isNeeded, onSpawned }: Pick<
    AttemptOptions,
    "isAborted" | "isNeeded" | "onSpawned"
  >,
): Generator<void, Outcome, Luck> {
  const revision = revisionOf(snapshot, { isComplete: true });
  const { hasIdlePolicy } = fateOf(snapshot);
  if ((yield) === "host") {
    return { type: "failed", failure: failure("host", { revision }) };
  }
  if (hasIdlePolicy && !isNeeded()) return { type: "registered" };
  if (isAborted()) return { type: "aborted" };
  onSpawned();
  const luck = yield;
  if (isAborted()) return { type: "aborted" };
  return luck === "host" || luck === "start"
    ? { type: "failed", failure: failure("start", { revision }) }
    : { type: "ready", hasIdlePolicy };
}

function isSame(one: Folder, other: Folder | undefined): boolean {
  return one.entry === other?.entry && one.lib === other.lib;
}
