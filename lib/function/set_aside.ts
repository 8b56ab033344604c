import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { removeIfThere } from "../system/remove_if_there.ts";

const ADDED = ".ddsrv-added-";
const REMOVED = ".ddsrv-removed-";
const REPLACED = ".ddsrv-replaced-";

/** To remove a folder that somebody still writes to. */
const MAX_TRIES = 10;
const MAX_TRYING_MS = 10_000;

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
 * Clears up behind an `add`, a `remove` or a `rollback` that was killed, while nobody else can be
 * at work: what was being replaced goes back where nothing has taken its place. Warns about a
 * folder that it can't remove and leaves it: its owner may still write to it, and must not be able
 * to keep the supervisor from starting.
 */
export async function clearAside(
  functionsDirectory: string,
  onWarning: (message: string) => void,
): Promise<void> {
  for (const { name } of await Array.fromAsync(Deno.readDir(functionsDirectory))) {
    const path = join(functionsDirectory, name);
    if (name.startsWith(REPLACED)) {
      const own = name.slice(REPLACED.length, -UUID_LENGTH - 1);
      if (await putBack(path, join(functionsDirectory, own))) continue;
    } else if (!name.startsWith(ADDED) && !name.startsWith(REMOVED)) continue;
    try {
      await removeEntry(path);
    } catch (error) {
      onWarning(`Cannot remove "${path}": ${(error as Error).message}. Remove it by hand`);
    }
  }
}

/**
 * Removes a folder with all that is in it, or a link alone. Links in it are removed as such, also
 * those that take a directory's place meanwhile: a few tries more come to an end of most of these.
 */
export async function removeEntry(path: string): Promise<void> {
  const beganAtMs = performance.now();
  for (let tries = 1;; tries++) {
    try {
      return await removeIfThere(path);
    } catch (error) {
      if (tries === MAX_TRIES || performance.now() - beganAtMs > MAX_TRYING_MS) throw error;
    }
  }
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
