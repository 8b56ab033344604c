import type { Change } from "../history/change.ts";
import { lineageOf } from "../history/lineage.ts";
import type { Snapshot } from "./snapshots.ts";

/** Input of {@linkcode chooseSnapshot}. */
export interface SnapshotFacts {
  /** Newest first. */
  readonly snapshots: readonly Snapshot[];
  /** Revision of the function's folder alone, see {@linkcode Snapshot.ownRevision}. */
  readonly ownRevision: string;
  /** Changes of the function, oldest first. */
  readonly changes: readonly Change[];
}

/**
 * Returns the snapshot that a rollback restores: of the last revision that served before the
 * folder's own. Each rollback goes further back, also after a restart of ddsrv. Revisions that
 * served before the recorded changes come last. `undefined` if there is none.
 */
export function chooseSnapshot(
  { snapshots, ownRevision, changes }: SnapshotFacts,
): Snapshot | undefined {
  const lineage = lineageOf(changes);
  const own = snapshots.find((snapshot) => snapshot.ownRevision === ownRevision);
  // A folder that never served, such as one with an error, gives way to the last one that did.
  const at = own === undefined ? -1 : lineage.indexOf(own.revision);
  const before = lineage.slice(at + 1).flatMap((revision) =>
    snapshots.filter((snapshot) => snapshot.revision === revision)
  );
  const recorded = new Set(changes.map(({ revision }) => revision));
  const older = snapshots.filter(({ revision }) => !recorded.has(revision));
  return [...before, ...older].find((snapshot) => snapshot.ownRevision !== ownRevision);
}
