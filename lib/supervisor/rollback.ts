import { join } from "node:path";
import { replaceFolder } from "../function/replace_folder.ts";
import { type Modules, takeOwnRevision } from "../function/revision.ts";
import { addedPath } from "../function/set_aside.ts";
import { removeIfThere } from "../system/remove_if_there.ts";
import { chooseSnapshot, type SnapshotFacts } from "./choose_snapshot.ts";
import type { Snapshot } from "./snapshots.ts";
import type { SupervisorContext } from "./supervisor_context.ts";

/** Options of {@linkcode rollBack}. */
export interface RollbackOptions {
  readonly name: string;
  /** First digits of a revision; by default the one before, see `chooseSnapshot`. */
  readonly to?: string | undefined;
  /** Modules of the function, as its last check named them. */
  readonly modules: Modules;
  /** Called with the revision just before the folder changes. */
  readonly onChosen?: (revision: string) => void;
}

/** A function can't be rolled back; the message says why and what to do. */
export class RollbackError extends Error {
  override readonly name = "RollbackError";
}

/**
 * Replaces a function's folder with a snapshot, which the next scan loads. Returns the revision of
 * the snapshot.
 *
 * @throws {RollbackError} if there is no such snapshot, or the folder is a link
 */
export async function rollBack(
  context: SupervisorContext,
  options: RollbackOptions,
): Promise<string> {
  const { settings, isolation, snapshots } = context;
  const { functionsDirectory } = settings;
  const { name } = options;
  const target = join(functionsDirectory, name);
  if ((await Deno.lstat(target)).isSymlink) {
    throw new RollbackError(
      `"${target}" is a link. Point it to the earlier directory: ln -sfn DIRECTORY "${target}"`,
    );
  }
  const ownRevision = await takeOwnRevision(settings, name, options.modules);
  const changes = options.to === undefined ? await context.changes.list(name) : [];
  const snapshot = choose(snapshots.list(name), { ...options, ownRevision, changes });
  const staged = addedPath(functionsDirectory);
  try {
    await isolation.copy(snapshot.path, staged);
    options.onChosen?.(snapshot.revision);
    const replaced = await replaceFolder({ functionsDirectory, name, staged });
    await replaced.keep();
  } finally {
    await removeIfThere(staged);
  }
  return snapshot.revision;
}

/**
 * Returns the error for a function that has not been checked since ddsrv started: without its
 * modules, ddsrv can't compare its code with the snapshots.
 */
export function unknownModules(name: string): RollbackError {
  return new RollbackError(
    `ddsrv has not checked the code of "${name}" since its own start, and does not know which ` +
      `revision is the previous one. Name one: ddsrv rollback ${name} --to REVISION (see ddsrv ` +
      `inspect ${name}), or start the function first`,
  );
}

function choose(
  snapshots: readonly Snapshot[],
  { name, to, ownRevision, changes }:
    & RollbackOptions
    & Pick<SnapshotFacts, "ownRevision" | "changes">,
): Snapshot {
  const chosen = to === undefined
    ? chooseSnapshot({ snapshots, ownRevision, changes })
    : snapshots.find(({ revision }) => revision.startsWith(to));
  if (chosen !== undefined) return chosen;
  const revisions = snapshots.map(({ revision }) => revision.slice(0, 12)).join(", ");
  throw new RollbackError(
    to === undefined
      ? `There is no snapshot of an earlier revision of "${name}". Deploy the code that you want${
        revisions && `, or name a kept one with --to: ${revisions}`
      }`
      : `There is no snapshot of "${name}" that begins with "${to}". Snapshots: ${
        revisions || "none"
      }`,
  );
}
