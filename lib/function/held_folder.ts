import { constants, type Stats } from "node:fs";
import { type FileHandle, lstat, open } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, sep } from "node:path";
import { type HeldPath, holdPath, placeBelow } from "../system/held_path.ts";
import { holdTrustedPath } from "../system/trusted_path.ts";
import { isForeignHardLink } from "./hard_link.ts";

/** A function's open folder; files opened through it are below it, even if it is moved meanwhile. */
export interface HeldFolder extends Disposable {
  /**
   * Opens a regular file by its path, which begins with the folder's. Follows links that end below
   * the folder. Opens no other file, device or pipe.
   */
  readonly open: (path: string) => Promise<OpenedFile>;
  /** Calls stat(2) for a path, which may lead out of the folder; opens nothing for reading. */
  readonly look: (path: string) => Promise<Look | undefined>;
}

/** Result of {@linkcode HeldFolder.look}; `isInside` is true for the folder and paths below it. */
export interface Look {
  readonly stats: Stats;
  readonly isInside: boolean;
}

/** An open file, which the caller closes, or the reason why there is none. */
export type OpenedFile =
  | {
    readonly type: "file";
    readonly file: FileHandle;
    /** Result of stat(2) just before it was opened. */
    readonly look: Stats;
    /** Real path relative to the folder. */
    readonly place: string;
  }
  | { readonly type: Absence | "hard-link" };

interface Held {
  readonly type: "found";
  readonly held: HeldPath;
}

type Found = Held & { readonly place: string } | { readonly type: Absence };

type Absence = "missing" | "outside" | "special";

/**
 * Opens a function's folder. Follows links by the rule of {@linkcode holdTrustedPath}.
 *
 * @throws {UntrustedPathError} if another user's link leads to a folder of somebody else
 * @throws {Error} of `node:fs`, with its `code`
 */
export async function holdFolder(directory: string): Promise<HeldFolder> {
  const folder = await holdTop(directory);
  return {
    async open(path) {
      const found = await find(folder, relative(directory, path));
      if (found.type !== "found") return found;
      using held = found.held;
      const { place } = found;
      const look = await held.stat();
      if (!look.isFile()) return { type: "special" };
      if (await isRefused(folder, { look, place })) return { type: "hard-link" };
      return { type: "file", file: await reopen(held), look, place };
    },
    async look(path) {
      const name = relative(directory, path);
      const found = await hold(join(folder.path, name));
      if (found.type !== "found") return undefined;
      using held = found.held;
      const isInside = name === "" || placeBelow(folder, held) !== undefined;
      return { stats: await held.stat(), isInside };
    },
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

/** Opens a regular file that the operator named, at any path. */
export async function openNamedFile(path: string): Promise<OpenedFile> {
  const found = await hold(path);
  if (found.type !== "found") return found;
  using held = found.held;
  const look = await held.stat();
  if (!look.isFile()) return { type: "special" };
  return { type: "file", file: await reopen(held), look, place: path };
}

async function holdTop(directory: string): Promise<HeldPath> {
  using stack = new DisposableStack();
  const held = stack.use(await holdPath(directory, { isFollowing: Deno.build.os !== "linux" }));
  if ((await held.stat()).isSymbolicLink()) return await holdTrustedPath(directory);
  stack.move();
  return held;
}

async function find(folder: HeldPath, name: string): Promise<Found> {
  // On Windows, there is no relative path to another drive.
  if (name === ".." || name.startsWith(`..${sep}`) || isAbsolute(name)) return { type: "outside" };
  const found = await hold(join(folder.path, name));
  if (found.type !== "found") return found;
  const place = name === "" || name === "." ? name : placeBelow(folder, found.held);
  if (place !== undefined) return { ...found, place };
  found.held[Symbol.dispose]();
  return { type: "outside" };
}

async function hold(path: string): Promise<Held | { readonly type: Exclude<Absence, "outside"> }> {
  try {
    return { type: "found", held: await holdPath(path, { isFollowing: true }) };
  } catch (error) {
    const { code } = error as { readonly code?: string };
    if (code === "ENOENT" || code === "ENOTDIR") return { type: "missing" };
    // A circle of links.
    if (code === "ELOOP") return { type: "special" };
    // An unreadable manifest must not count as missing, because it may forbid something.
    throw error;
  }
}

/** Opens the same file for reading, independent of its name. */
function reopen({ path }: HeldPath): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | constants.O_NONBLOCK);
}

interface Linked {
  readonly look: Stats;
  readonly place: string;
}

/** Returns true if the file must not be read because another user may have linked it. */
async function isRefused(folder: HeldPath, { look, place }: Linked): Promise<boolean> {
  if (look.nlink <= 1) return false;
  const found = await find(folder, dirname(place));
  if (found.type !== "found") return true;
  using parent = found.held;
  const named = await lstat(join(parent.path, basename(place))).catch(() => undefined);
  const isThere = named?.dev === look.dev && named.ino === look.ino;
  return !isThere || isForeignHardLink(look, await parent.stat());
}
