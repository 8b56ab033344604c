import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { removeIfThere } from "../system/remove_if_there.ts";

const ADDED = ".ddsrv-added-";
const REMOVED = ".ddsrv-removed-";
const REPLACED = ".ddsrv-replaced-";

/** Retries for a folder that another process still writes to. */
const MAX_TRIES = 10;
const MAX_TRYING_MS = 10_000;

/** Length of the random suffix. */
const UUID_LENGTH = 36;

/** Returns a path for a function that is being added; hidden, so it is never served. */
export function addedPath(functionsDirectory: string): string {
  return join(functionsDirectory, ADDED + randomUUID());
}

/** Returns a path for a function that is being removed. */
export function removedPath(functionsDirectory: string): string {
  return join(functionsDirectory, REMOVED + randomUUID());
}

/** Returns a path for a function that is being replaced; the path contains its name. */
export function replacedPath(functionsDirectory: string, name: string): string {
  return join(functionsDirectory, `${REPLACED}${name}-${randomUUID()}`);
}

/**
 * Cleans up after an `add`, `remove` or `rollback` that was killed; call it while no other command
 * can run. Restores a function that was being replaced, unless its place is taken. Warns about a
 * folder that it can't remove, because its owner must not be able to prevent the supervisor's start.
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
 * Removes a folder with its content, or a link without its target. Never follows links, and retries
 * if the content changes meanwhile.
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
