import { randomUUID } from "node:crypto";
import { join } from "node:path";

const ADDED = ".ddsrv-added-";
const REMOVED = ".ddsrv-removed-";
const REPLACED = ".ddsrv-replaced-";

/** Random digits behind a name. */
const UUID_LENGTH = 36;

/** A path for a function that is not in its place yet; hidden, so that it is never served. */
export function addedPath(functionsDirectory: string): string {
  return join(functionsDirectory, ADDED + randomUUID());
}

/** A path for a function that is not in its place any more. */
export function removedPath(functionsDirectory: string): string {
  return join(functionsDirectory, REMOVED + randomUUID());
}

/** A path for a function that another one is taking the place of; its name can be told from it. */
export function replacedPath(functionsDirectory: string, name: string): string {
  return join(functionsDirectory, `${REPLACED}${name}-${randomUUID()}`);
}

/**
 * Clears up behind an `add`, a `remove` or a `rollback` that was killed, while nobody else can be at
 * work: what was being replaced goes back where nothing has taken its place.
 */
export async function clearAside(functionsDirectory: string): Promise<void> {
  for (const { name } of await Array.fromAsync(Deno.readDir(functionsDirectory))) {
    const path = join(functionsDirectory, name);
    if (name.startsWith(REPLACED)) {
      const own = name.slice(REPLACED.length, -UUID_LENGTH - 1);
      if (await putBack(path, join(functionsDirectory, own))) continue;
    } else if (!name.startsWith(ADDED) && !name.startsWith(REMOVED)) continue;
    await removeEntry(path);
  }
}

/** Removes a folder with all that is in it, or a link alone. */
export async function removeEntry(path: string): Promise<void> {
  await Deno.remove(path, { recursive: !(await Deno.lstat(path)).isSymlink });
}

async function putBack(path: string, target: string): Promise<boolean> {
  try {
    await Deno.lstat(target);
    return false;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    await Deno.rename(path, target);
    return true;
  }
}
