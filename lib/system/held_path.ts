import {
  closeSync,
  constants,
  fstat,
  open,
  openSync,
  readFileSync,
  readlinkSync,
  type Stats,
} from "node:fs";
import { lstat, readlink, stat } from "node:fs/promises";
import { promisify } from "node:util";
import { sep } from "node:path";
import { readHeldLink } from "./held_link.ts";

/** An open file of any kind; stays the same file if its name is changed. */
export interface HeldPath extends Disposable {
  /** Path of the open file in this process, see proc_pid_fd(5). */
  readonly path: string;
  /** Path of the open file in child processes of the same user. */
  readonly pathForChildren: string;
  /** Path by which it was opened, for messages. */
  readonly name: string;
  readonly stat: () => Promise<Stats>;
  /** Returns the target of a symbolic link. */
  readonly readLink: () => Promise<string>;
  /** Returns its current real path, which ends with " (deleted)" if it was removed. */
  readonly place: () => string;
  /** Returns the number of its mount in `/proc/self/mountinfo`. */
  readonly mountId: () => string;
}

/** An open directory that can be read. */
export type HeldDirectory = Pick<HeldPath, "path"> & Disposable;

/** Opens a file only as a reference, without reading or blocking, see open(2). */
const O_PATH = 0o10000000;

/** Other systems support only `--isolation none`, which runs trusted code. */
const HAS_PROC = Deno.build.os === "linux";

const openFile = promisify(open) as (path: string, flags: number) => Promise<number>;
const statFile = promisify(fstat) as (descriptor: number) => Promise<Stats>;

/**
 * Opens the file at a path, or with `isFollowing: false` a link at its end, as a reference. Reads
 * nothing and opens no device, so it is safe for names that other users can change at any moment:
 * check the open file, and use its `path` from then on. Without `/proc`, `path` is the name itself.
 *
 * @throws {Error} of `node:fs`, with its `code`
 */
export async function holdPath(
  path: string,
  { isFollowing }: { readonly isFollowing: boolean },
): Promise<HeldPath> {
  if (!HAS_PROC) return await nameFile(path, { isFollowing });
  const descriptor = await openFile(path, O_PATH | (isFollowing ? 0 : constants.O_NOFOLLOW));
  return {
    path: `/proc/self/fd/${descriptor}`,
    pathForChildren: `/proc/${Deno.pid}/fd/${descriptor}`,
    name: path,
    stat: () => statFile(descriptor),
    readLink: () => readHeldLink(descriptor),
    place: () => readlinkSync(`/proc/self/fd/${descriptor}`),
    mountId: () => mountIdOf(descriptor),
    [Symbol.dispose]: () => closeSync(descriptor),
  };
}

/**
 * Returns a reference to the file at a path by its name alone, for systems without `/proc`: they
 * run only trusted code. Windows can't open a directory, and macOS not a link itself.
 *
 * @throws {Error} of `node:fs`, with its `code`
 */
export async function nameFile(
  path: string,
  { isFollowing }: { readonly isFollowing: boolean },
): Promise<HeldPath> {
  const look = (): Promise<Stats> => isFollowing ? stat(path) : lstat(path);
  // Like an open file, it must exist.
  await look();
  return {
    path,
    pathForChildren: path,
    name: path,
    stat: look,
    readLink: () => readlink(path),
    place: () => Deno.realPathSync(path),
    mountId: () => "",
    [Symbol.dispose]: () => {},
  };
}

/**
 * Opens a directory synchronously, without following a symbolic link at its end. A file opened below
 * its `path` is in this directory, even if other users put links into the way, as with openat(2).
 *
 * @throws {Error} of `node:fs`, also if this process must not read it
 */
export function holdDirectory(path: string): HeldDirectory {
  const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
  const descriptor = openSync(path, flags);
  return {
    path: `/proc/self/fd/${descriptor}`,
    [Symbol.dispose]: () => closeSync(descriptor),
  };
}

/**
 * Returns the current path of an open file relative to an open folder; `undefined` if it is not
 * below it.
 *
 * The kernel reports the real path, so links on the way do not matter. But users can mount anything
 * in their own mount namespaces, and links such as `/proc/PID/root` lead there, where paths look the
 * same. So the file's mount must be in our namespace.
 */
export function placeBelow(folder: HeldPath, file: HeldPath): string | undefined {
  const [top, place] = [folder.place(), file.place()];
  const prefix = top.endsWith(sep) ? top : `${top}${sep}`;
  if (!place.startsWith(prefix)) return undefined;
  const mountId = file.mountId();
  if (mountId !== folder.mountId() && !isOwnMount(mountId)) return undefined;
  return place.slice(prefix.length);
}

/** Source: proc_pid_fdinfo(5). */
function mountIdOf(descriptor: number): string {
  const info = readFileSync(`/proc/self/fdinfo/${descriptor}`, "utf8");
  return /^mnt_id:\s*(\d+)$/m.exec(info)?.[1] ?? "unknown";
}

/** Reads the list each time, because the kernel reuses numbers of mounts. */
function isOwnMount(id: string): boolean {
  const lines = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
  return lines.some((line) => line.startsWith(`${id} `));
}
