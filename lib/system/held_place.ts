import { closeSync, constants, fstat, open, type Stats } from "node:fs";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { readHeldLink } from "./held_link.ts";

/** A file or directory that is held, whatever becomes of its name. */
export interface HeldPlace extends Disposable {
  /**
   * A path by which this process, and each that it starts as the same user, reaches that very file
   * or directory while it is held, see proc_pid_fd(5).
   */
  readonly path: string;
  /** The name that it had when it was opened, for messages. */
  readonly name: string;
  readonly isDirectory: boolean;
}

/** Opens a name without following or using what it stands for, see open(2). */
const O_PATH = 0o10000000;

/** As many as the kernel follows on one path, see path_resolution(7). */
const MAX_LINKS = 40;

/** More steps than any path of the kernel's own length has, over all links together. */
const MAX_STEPS = 1_000;

const ROOT = 0;

/** In threads of their own: some file systems take their time. To close such a descriptor takes none. */
const openFile = promisify<string, number, number>(open);
const fstatFile = promisify<number, Stats>(fstat);

/**
 * Takes hold of the file or directory of that name. It goes from directory to directory by their
 * descriptors, so that nobody can put something else on the way meanwhile, and follows symbolic
 * links by itself, by whom they belong to: a link of root's or of this process's own user may lead
 * anywhere; a link of another user leads only to what belongs to that same user. Otherwise that user
 * could show what only root can reach. Apache has this rule as SymLinksIfOwnerMatch.
 *
 * @param path an absolute path, or one that counts from `directory`
 * @param directory a directory that is held
 * @throws {Deno.errors.NotFound} when there is nothing of that name
 * @throws {Deno.errors.PermissionDenied} when a link of another user leads to what is not that user's
 * @throws {TypeError} when it is neither a file nor a directory
 * @throws {Error} when it leads through too many links, or can't be opened
 */
export async function holdPlace(path: string, directory?: HeldPlace): Promise<HeldPlace> {
  const trusted = new Set([ROOT, Deno.uid() ?? ROOT]);
  const name = resolve(directory?.name ?? "/", path);
  const found = await walk(path, { name, trusted, links: 0, steps: 0 }, directory?.path);
  const { descriptor, stats } = found;
  if (!stats.isFile() && !stats.isDirectory()) {
    closeSync(descriptor);
    throw new TypeError(`"${name}" is neither a file nor a directory`);
  }
  return {
    path: `/proc/${Deno.pid}/fd/${descriptor}`,
    name,
    isDirectory: stats.isDirectory(),
    [Symbol.dispose]: () => closeSync(descriptor),
  };
}

interface Entry {
  readonly descriptor: number;
  readonly stats: Stats;
}

interface Walk {
  /** The whole path, for messages. */
  readonly name: string;
  /** Users whose links may lead anywhere. */
  readonly trusted: ReadonlySet<number>;
  /** How many links were followed so far, and entries opened. */
  links: number;
  steps: number;
}

/** Opens `path`, which counts from `from`, the path of a descriptor, where it is relative. */
async function walk(path: string, state: Walk, from = ""): Promise<Entry> {
  const start = path.startsWith("/") ? "/" : `${from}/.`;
  let here = await openEntry(start, state, constants.O_DIRECTORY);
  for (const name of path.split("/").filter((part) => part !== "" && part !== ".")) {
    const directory = here;
    try {
      here = await step(directory, name, state);
    } finally {
      closeSync(directory.descriptor);
    }
  }
  return here;
}

/** Opens an entry of a directory; where it is a link, what that leads to. */
async function step(directory: Entry, name: string, state: Walk): Promise<Entry> {
  if (state.links > MAX_LINKS || ++state.steps > MAX_STEPS) {
    throw new Error(`"${state.name}" leads through too many links`);
  }
  const entry = await openEntry(`${descriptorPath(directory.descriptor)}/${name}`, state);
  if (!entry.stats.isSymbolicLink()) return entry;
  try {
    state.links++;
    const target = await readHeldLink(entry.descriptor);
    const found = await walk(target, state, descriptorPath(directory.descriptor));
    const { uid } = entry.stats;
    if (state.trusted.has(uid) || found.stats.uid === uid) return found;
    closeSync(found.descriptor);
    throw new Deno.errors.PermissionDenied(
      `"${state.name}" leads through the link "${name}" of user ${uid} to "${target}", which ` +
        `belongs to user ${found.stats.uid}. Let root make the link, or let it lead to a directory ` +
        `of user ${uid}`,
    );
  } finally {
    closeSync(entry.descriptor);
  }
}

async function openEntry(path: string, state: Walk, flags = 0): Promise<Entry> {
  let descriptor: number;
  try {
    descriptor = await openFile(path, O_PATH | constants.O_NOFOLLOW | flags);
  } catch (cause) {
    throw explain(cause as Error & { readonly code?: string }, state);
  }
  try {
    return { descriptor, stats: await fstatFile(descriptor) };
  } catch (cause) {
    closeSync(descriptor);
    throw explain(cause as Error, state);
  }
}

function explain(cause: Error & { readonly code?: string }, { name }: Walk): Error {
  if (cause.code !== "ENOENT" && cause.code !== "ENOTDIR") {
    return new Error(`Cannot open "${name}": ${cause.code ?? cause.message}`, { cause });
  }
  return new Deno.errors.NotFound(`"${name}" is not there`, { cause });
}

function descriptorPath(descriptor: number): string {
  return `/proc/self/fd/${descriptor}`;
}
