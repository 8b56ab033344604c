import { join } from "node:path";
import { identifyFolder } from "../function/folder_identity.ts";
import { type Modules, takeOwnRevision } from "../function/revision.ts";
import type { Change } from "../history/change.ts";
import { lineageOf } from "../history/lineage.ts";
import type { SupervisorContext } from "./supervisor_context.ts";

/** Options of {@linkcode createSnapshotTaker}. */
export interface SnapshotTakerOptions {
  readonly context: SupervisorContext;
  readonly modulesOf: (name: string) => Modules;
  /** Returns true while a revision serves. */
  readonly isServed: (name: string, revision: string) => boolean;
  readonly onWarning: (message: string) => void;
}

/** Maximum number of copies of a folder that is replaced each time. */
const MAX_ATTEMPTS = 5;

/** Returns a function that takes a snapshot of a revision that serves, one at a time. */
export function createSnapshotTaker(
  { context, modulesOf, isServed, onWarning }: SnapshotTakerOptions,
): (name: string, revision: string) => Promise<void> {
  const { functionsDirectory } = context.settings;
  let taking = Promise.resolve();

  async function take(name: string, revision: string): Promise<void> {
    if (!isServed(name, revision)) return;
    const takeOwn = (): Promise<string> => takeOwnRevision(context.settings, name, modulesOf(name));
    const directory = join(functionsDirectory, name);
    const identify = (): Promise<string> => identifyFolder(directory).catch(() => "");
    for (let attempt = 1;; attempt++) {
      const folder = await identify();
      try {
        const ownRevision = await takeOwn();
        const changes = await context.changes.list(name);
        const source = { directory, revision, ownRevision, takeOwn };
        return await context.snapshots.take(name, source, { isUndone: undoneBy(changes) });
      } catch (error) {
        const isReplaced = folder !== await identify();
        if (!isReplaced || attempt === MAX_ATTEMPTS || !isServed(name, revision)) throw error;
      }
    }
  }

  return (name, revision) =>
    taking = taking.then(() => take(name, revision)).catch((error) => {
      // Ctrl-C interrupts the copy too, and then nothing serves any more.
      if (!isServed(name, revision)) return;
      onWarning(`${name}: Cannot take a snapshot of its revision for a rollback: ${error.message}`);
    });
}

/** Returns a function that is true for recorded revisions that a rollback has undone. */
function undoneBy(changes: readonly Change[]): (revision: string) => boolean {
  const lineage = new Set(lineageOf(changes));
  const recorded = new Set(changes.map(({ revision }) => revision));
  return (revision) => recorded.has(revision) && !lineage.has(revision);
}
