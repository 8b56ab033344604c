// Operations by name for the positive controls: check a path, then act on it. ddsrv once worked
// like this, or would without descriptors.
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";

/** Resolves a path, compares it with the folder's and opens it. */
export async function readByName(root: string, path: string): Promise<string | undefined> {
  try {
    const real = await Deno.realPath(path);
    if (!real.startsWith(`${await Deno.realPath(root)}/`)) return undefined;
    await using file = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW);
    return await file.readFile("utf8");
  } catch {
    return undefined;
  }
}

/** Returns the mode of a path's target. */
export async function modeByName(path: string): Promise<number | undefined> {
  return (await Deno.stat(path).catch(() => undefined))?.mode ?? undefined;
}

/** Copies files that are not links. */
export async function copyByName(source: string, target: string): Promise<void> {
  await Deno.mkdir(target);
  for await (const { name } of Deno.readDir(source)) {
    const [from, to] = [join(source, name), join(target, name)];
    const { isDirectory, isFile } = await Deno.lstat(from);
    if (isDirectory) await copyByName(from, to);
    else if (isFile) await Deno.copyFile(from, to);
  }
}

/** Removes the contents of a directory without following links, then the directory. */
export async function removeByName(path: string): Promise<void> {
  for await (const { name } of Deno.readDir(path)) {
    const entry = join(path, name);
    if ((await Deno.lstat(entry)).isDirectory) await removeByName(entry);
    else await Deno.remove(entry);
  }
  await Deno.remove(path);
}

/** Appends to a path if it is a file. */
export async function appendByName(path: string, text: string): Promise<void> {
  const file = await Deno.lstat(path).catch(() => undefined);
  if (file?.isSymlink) throw new TypeError("It is a link");
  await Deno.writeTextFile(path, text, { append: true });
}
