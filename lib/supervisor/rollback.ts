import { join } from "node:path";
import { replaceFolder } from "../function/replace_folder.ts";
import { type Modules, takeOwnRevision } from "../function/revision.ts";
import { addedPath } from "../function/set_aside.ts";
import { removeIfThere } from "../system/remove_if_there.ts";
import type { Snapshot } from "./snapshots.ts";
import type { SupervisorContext } from "./supervisor_context.ts";

/** What is to be put back. */
export interface RollbackOptions {
  readonly name: string;
  /** First digits of a revision; the last one that served and is not in its place, when left out. */
  readonly to?: string | undefined;
  /** Modules that a check named. */
  readonly modules: Modules;
}

/** A function that can't be rolled back; the message says why, and what to do. */
export class RollbackError extends Error {
  override readonly name = "RollbackError";
}

/**
 * Puts an earlier folder of a function back into its place; a scan takes it up from there. Gives the
 * revision that it served as.
 *
 * @throws {RollbackError} when there is none, or the function's folder is a link
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
      `"${target}" is a link. Turn it back to where it led: ln -sfn DIRECTORY "${target}"`,
    );
  }
  const own = await takeOwnRevision(functionsDirectory, name, options.modules);
  const snapshot = choose(snapshots.list(name), { ...options, own });
  const staged = addedPath(functionsDirectory);
  try {
    await isolation.copy(snapshot.path, staged);
    const replaced = await replaceFolder({ functionsDirectory, name, staged });
    await replaced.keep();
  } finally {
    await removeIfThere(staged);
  }
  return snapshot.revision;
}

function choose(
  snapshots: readonly Snapshot[],
  { name, to, own }: RollbackOptions & { readonly own: string },
): Snapshot {
  const chosen = to === undefined
    ? snapshots.find((one) => one.own !== own)
    : snapshots.find((one) => one.revision.startsWith(to));
  if (chosen !== undefined) return chosen;
  const kept = snapshots.map((one) => one.revision.slice(0, 12)).join(", ");
  throw new RollbackError(
    to === undefined
      ? `No earlier revision of "${name}" has served and is kept. Deploy the one that you want`
      : `No revision of "${name}" that begins with "${to}" is kept. There are: ${kept || "none"}`,
  );
}
