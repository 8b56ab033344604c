import { dirname, join } from "node:path";
import { removedPath, removeEntry } from "../function/set_aside.ts";
import { removeIfThere } from "../system/remove_if_there.ts";

/**
 * Opens the directory of all module caches, which only root may enter, so that no user can reach
 * another user's cache. Returns a function that creates a function's cache and returns its path.
 *
 * Each function has its own cache, and its own user fills it: its configuration chooses the package
 * sources, which must not affect other functions.
 */
export async function openModuleCaches(
  directory: string,
  /** Returns the user of a function's cache; `undefined` for the supervisor's own. */
  uidOf: (name: string) => Promise<number | undefined>,
): Promise<(name: string) => Promise<string>> {
  await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
  await Deno.chmod(directory, 0o700);
  const making = new Map<string, Promise<string>>();
  return (name) => {
    const made = making.get(name) ??
      makeCache(join(directory, name), () => uidOf(name)).finally(() => making.delete(name));
    making.set(name, made);
    return made;
  };
}

/**
 * Removes a whole module cache; the next check creates it again. Removing entries by name would
 * miss names that are not UTF-8, and Deno's records of past checks.
 */
export async function discardModuleCache(path: string): Promise<void> {
  const removed = removedPath(dirname(path));
  // A process that starts now finds no cache instead of half a cache.
  try {
    await Deno.rename(path, removed);
  } catch (error) {
    // Another check of the same function has removed it.
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  await removeEntry(removed);
}

async function makeCache(
  path: string,
  findUid: () => Promise<number | undefined>,
): Promise<string> {
  const uid = await findUid();
  // Only root can write to the parent directory, so the name can't be a link.
  await Deno.mkdir(path, { recursive: true, mode: 0o700 });
  const owner = (await Deno.lstat(path)).uid;
  if (uid === undefined || owner === uid) return path;
  // Root created it for the function. Any other owner is the wrong user.
  if (owner === 0) await giveTo(path, uid);
  else {
    await removeIfThere(path);
    await Deno.mkdir(path, { mode: 0o700 });
    await Deno.chown(path, uid, uid);
  }
  return path;
}

/** Changes the owner of a tree, its root last: until then no other user can write in it. */
async function giveTo(path: string, uid: number): Promise<void> {
  for await (const entry of Deno.readDir(path)) {
    const child = join(path, entry.name);
    if (entry.isDirectory) await giveTo(child, uid);
    else if (entry.isFile) await Deno.chown(child, uid, uid);
  }
  await Deno.chown(path, uid, uid);
}
