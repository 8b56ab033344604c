import { dirname, join } from "node:path";
import { removedPath, removeEntry } from "../function/set_aside.ts";
import { removeIfThere } from "../system/remove_if_there.ts";

/**
 * Opens the directory of all module caches, which root alone may enter: what a check leaves in its
 * own is for no other user to find. Gives a function by which a function's cache is made.
 *
 * Each function has its own cache, and its own user fills it: where packages come from is for its
 * configuration to say, and must not be what another function reads.
 */
export async function openModuleCaches(
  directory: string,
  /** The user of a function's cache; the supervisor's own when there is none. */
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
 * Takes a module cache away as a whole; it is made anew when it is next asked for. To go through its
 * names would leave what has one that is not UTF-8, and the records of what was checked with it.
 */
export async function discardModuleCache(path: string): Promise<void> {
  const aside = removedPath(dirname(path));
  // What is started meanwhile finds none, rather than half of one.
  try {
    await Deno.rename(path, aside);
  } catch (error) {
    // Another check of the same function has done it.
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  await removeEntry(aside);
}

async function makeCache(
  path: string,
  findUid: () => Promise<number | undefined>,
): Promise<string> {
  const uid = await findUid();
  // Nobody else can write to the directory above, so that a name in it leads to what was made there.
  await Deno.mkdir(path, { recursive: true, mode: 0o700 });
  const owner = (await Deno.lstat(path)).uid;
  if (uid === undefined || owner === uid) return path;
  // What root has made has been put there for the function. Anything else is another user's.
  if (owner === 0) await giveTo(path, uid);
  else {
    await removeIfThere(path);
    await Deno.mkdir(path, { mode: 0o700 });
    await Deno.chown(path, uid, uid);
  }
  return path;
}

/** The tree's root comes last: until then nobody else can write in it. */
async function giveTo(path: string, uid: number): Promise<void> {
  for await (const entry of Deno.readDir(path)) {
    const child = join(path, entry.name);
    if (entry.isDirectory) await giveTo(child, uid);
    else if (entry.isFile) await Deno.chown(child, uid, uid);
  }
  await Deno.chown(path, uid, uid);
}
