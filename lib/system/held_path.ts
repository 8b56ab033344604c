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
import { readlink } from "node:fs/promises";
import { promisify } from "node:util";
import { readHeldLink } from "./held_link.ts";

/** A file of any kind that is held on to, whatever becomes of its name. */
export interface HeldPath extends Disposable {
  /** A path by which this process reaches that very file while it is held, see proc_pid_fd(5). */
  readonly path: string;
  /** The same for each process that this one starts as the same user. */
  readonly pathForChildren: string;
  /** The path that it was opened by, for messages. */
  readonly name: string;
  readonly stat: () => Promise<Stats>;
  /** The text of a symbolic link. */
  readonly readLink: () => Promise<string>;
  /** The real path that it has now. A name that was removed ends in " (deleted)". */
  readonly place: () => string;
  /** The mount that it was reached by, as `/proc/self/mountinfo` numbers them. */
  readonly mountId: () => string;
}

/** A directory that is held on to, and can be read. */
export type HeldDirectory = Pick<HeldPath, "path"> & Disposable;

/** Opens a name without reading, writing or waiting for what it stands for; see open(2). */
const O_PATH = 0o10000000;

/** Elsewhere there is only `--isolation none`, for the caller's own code. */
const HAS_PROC = Deno.build.os === "linux";

const openFile = promisify(open) as (path: string, flags: number) => Promise<number>;
const statFile = promisify(fstat) as (descriptor: number) => Promise<Stats>;

/**
 * Takes hold of what a path leads to, or of the link itself in its last place. Nothing is read and
 * no device is opened, so that it is good for names that others may change at any moment: look at
 * what is held, and reach it by its `path` from then on. Where there is no `/proc`, its name is all
 * that there is.
 *
 * @throws {Error} of `node:fs`, with its `code`
 */
export async function holdPath(
  path: string,
  { isFollowing }: { readonly isFollowing: boolean },
): Promise<HeldPath> {
  const flags = (HAS_PROC ? O_PATH : constants.O_NONBLOCK) |
    (isFollowing ? 0 : constants.O_NOFOLLOW);
  const descriptor = await openFile(path, flags);
  return {
    path: HAS_PROC ? `/proc/self/fd/${descriptor}` : path,
    pathForChildren: HAS_PROC ? `/proc/${Deno.pid}/fd/${descriptor}` : path,
    name: path,
    stat: () => statFile(descriptor),
    readLink: () => HAS_PROC ? readHeldLink(descriptor) : readlink(path),
    place: () => HAS_PROC ? readlinkSync(`/proc/self/fd/${descriptor}`) : Deno.realPathSync(path),
    mountId: () => HAS_PROC ? mountIdOf(descriptor) : "",
    [Symbol.dispose]: () => closeSync(descriptor),
  };
}

/**
 * Takes hold of a directory at once; a symbolic link in its place is not followed. What is opened
 * below its path is in there, also when somebody puts links on the way meanwhile: what openat(2) is
 * for.
 *
 * @throws {Error} of `node:fs`, also when this process may not read it
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
 * The path of a file below a folder, both held, as they are at this moment; `undefined` when it is
 * not below it.
 *
 * The kernel tells the place of what is held, so that it does not matter which links led there. But
 * in a mount namespace of their own users mount anything anywhere, and links such as
 * `/proc/PID/root` lead into it: paths there look like ours. So the mount must be one of ours.
 */
export function placeBelow(folder: HeldPath, file: HeldPath): string | undefined {
  const [top, place] = [folder.place(), file.place()];
  const prefix = top === "/" ? top : `${top}/`;
  if (!place.startsWith(prefix)) return undefined;
  const mountId = file.mountId();
  if (mountId !== folder.mountId() && !isOwnMount(mountId)) return undefined;
  return place.slice(prefix.length);
}

/** From proc_pid_fdinfo(5). */
function mountIdOf(descriptor: number): string {
  const info = readFileSync(`/proc/self/fdinfo/${descriptor}`, "utf8");
  return /^mnt_id:\s*(\d+)$/m.exec(info)?.[1] ?? "unknown";
}

/** Asked for each time: numbers of mounts that are gone are given to others. */
function isOwnMount(id: string): boolean {
  const lines = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
  return lines.some((line) => line.startsWith(`${id} `));
}
