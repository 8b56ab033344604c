import type { Stats } from "node:fs";
import { lstat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Checks that only root and this process's user can change a program.
 *
 * @param path real path
 * @throws {Error} if another user can change the file or a directory above it; the message names the
 * remedy
 */
export async function requireTrustedProgram(path: string): Promise<void> {
  const look = await lstat(path);
  if (!look.isFile()) throw new Error(`"${path}" is not a file`);
  const problem = changeableBy(look);
  if (problem !== undefined) {
    throw new Error(`"${path}" ${problem}. Make root its owner (chown root, chmod 755)`);
  }
  const parents = await changeableParent(path);
  if (parents !== undefined) throw new Error(`${parents}. Install it elsewhere`);
}

/**
 * Returns which directory above a path another user can change, and so replace what is at the path;
 * `undefined` if none.
 *
 * @param path real path
 */
export async function changeableParent(path: string): Promise<string | undefined> {
  for (let place = dirname(path);; place = dirname(place)) {
    const directory = await lstat(place);
    // In a sticky directory such as /tmp, only its owner can replace a file (inode(7)).
    const isSticky = (directory.mode & 0o1000) !== 0 && isOwn(directory.uid);
    const problem = isSticky ? undefined : changeableBy(directory);
    if (problem !== undefined) return `"${place}", which contains "${path}", ${problem}`;
    if (place === dirname(place)) return undefined;
  }
}

function changeableBy({ uid, mode }: Stats): string | undefined {
  if (Deno.build.os === "windows") return undefined;
  if (!isOwn(uid)) return `belongs to user ${uid}`;
  return (mode & 0o022) === 0 ? undefined : "can be changed by other users";
}

function isOwn(uid: number): boolean {
  return uid === 0 || uid === Deno.uid();
}
