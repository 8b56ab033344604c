import { constants, type Stats } from "node:fs";
import { type FileHandle, lstat, open } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { type HeldPath, holdPath, placeBelow } from "../system/held_path.ts";
import { holdTrustedPath } from "../system/trusted_path.ts";
import { isForeignHardLink } from "./hard_link.ts";

/** A function's folder, held: what is opened in it is below it, whatever is moved meanwhile. */
export interface HeldFolder extends Disposable {
  /**
   * Opens a regular file by its path, which begins with the folder's. Links are followed as long as
   * they end below the folder. Nothing is read of anything else, and no device or pipe is opened.
   */
  readonly open: (path: string) => Promise<OpenedFile>;
  /** Looks at what a path leads to, wherever that is; nothing is opened. */
  readonly look: (path: string) => Promise<Look | undefined>;
}

/** Mode, size and times, and whether it is the folder or below it. */
export interface Look {
  readonly stats: Stats;
  readonly isInside: boolean;
}

/** An open file, or why there is none; who opens a file closes it. */
export type OpenedFile =
  | {
    readonly type: "file";
    readonly file: FileHandle;
    /** As it was just before it was opened. */
    readonly look: Stats;
    /** Its real path below the folder. */
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
 * Takes hold of a function's folder. A link in its place is followed by the rule of
 * {@linkcode holdTrustedPath}.
 *
 * @throws {UntrustedPathError} when another user's link leads to what is not theirs
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

/** Opens a regular file that the operator has named, wherever it is. */
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
  if (name === ".." || name.startsWith("../")) return { type: "outside" };
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
    // Links run in a circle.
    if (code === "ELOOP") return { type: "special" };
    // Not to know is not the same as not to be there: a manifest that can't be read forbids things.
    throw error;
  }
}

/** The very file that was looked at: its name no longer counts. */
function reopen({ path }: HeldPath): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | constants.O_NONBLOCK);
}

interface Linked {
  readonly look: Stats;
  readonly place: string;
}

/** Whether a hard link is refused; the name that counts is the one that the file was opened by. */
async function isRefused(folder: HeldPath, { look, place }: Linked): Promise<boolean> {
  if (look.nlink <= 1) return false;
  const found = await find(folder, dirname(place));
  if (found.type !== "found") return true;
  using parent = found.held;
  const named = await lstat(join(parent.path, basename(place))).catch(() => undefined);
  const isThere = named?.dev === look.dev && named.ino === look.ino;
  return !isThere || isForeignHardLink(look, await parent.stat());
}
