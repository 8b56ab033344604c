import { join } from "node:path";
import type { Bounder } from "../disk/bounder.ts";
import type { DiskLimits } from "../disk/disk_limits.ts";
import { clearAside, removedPath } from "../function/set_aside.ts";
import { readOptionalTextFile } from "../system/read_optional_text_file.ts";
import { removeIfThere } from "../system/remove_if_there.ts";
import { writeWholeFile } from "../system/write_whole_file.ts";
import { explainStateError } from "./state_directory.ts";

/** Data of a function that outlives its instances. */
export interface Home {
  /** User and group of the function's processes; `undefined` for the supervisor's own. */
  readonly uid: number | undefined;
  /** Host path of the function's files. */
  readonly files: string;
  /** Host path of the data of `Deno.openKv()` and `localStorage`. */
  readonly storage: string;
  /** Host path of the data of writable names, see `seedWritable`. No sandbox shows it whole. */
  readonly writable: string;
  /** Command prefix that makes these paths lead to the limited directory. */
  readonly prefix: readonly string[];
  /** The home is a file system of its own, which counts its usage. */
  readonly isFileSystem: boolean;
  /** Limits that could not be applied, one sentence each. */
  readonly problems: readonly string[];
  /** See `BoundedDirectory`. */
  readonly watch: (onFound: (reason: string) => void) => Promise<Disposable>;
}

/** The homes of one supervisor's functions. */
export interface Homes {
  /** User of the fetcher, who has no home; `undefined` for the supervisor's own. */
  readonly fetcherUid: number | undefined;
  /** Returns a function's user, and records a new one; `undefined` for the supervisor's own. */
  readonly uidOf: (name: string) => Promise<number | undefined>;
  /** Opens a function's home, and creates it at the first call. */
  readonly open: (name: string, limits: DiskLimits) => Promise<Home>;
  /** Removes all data of a function. The next `open` finds an empty home at once. */
  readonly purge: (name: string) => Promise<void>;
  /** Path of the directory that has a subdirectory for each function that has run. */
  readonly directory: string;
}

/** Options of {@linkcode openHomes}. */
export interface HomesOptions {
  readonly stateDirectory: string;
  readonly ownerId: string;
  readonly bounder: Bounder;
  /** Called when removed data could not be deleted. */
  readonly onWarning: (message: string) => void;
  /** First and last user id of functions; when left out, functions run as the supervisor's user. */
  readonly uidRange?: readonly [first: number, last: number] | undefined;
}

/** Subdirectories of a home that belong to the function's user; root owns the rest. */
const PARTS = ["files", "storage", "writable"] as const;

/**
 * Opens the homes of a supervisor's functions. The file `users/OWNER.json` of the state directory
 * records each function's user, so that a function has the same user after a restart and still owns
 * its files.
 *
 * @throws {Error} when the file can't be read or written
 */
export async function openHomes(options: HomesOptions): Promise<Homes> {
  const { stateDirectory, ownerId, uidRange, bounder } = options;
  const path = join(stateDirectory, "users", `${ownerId}.json`);
  const users = new Map(await readUsers(path));
  const data = join(stateDirectory, "data", ownerId);
  let writing = Promise.resolve();
  await Deno.mkdir(data, { recursive: true, mode: 0o700 });
  await clearAside(data, options.onWarning);

  /** Returns the first free user; the first of the range is the fetcher's. */
  function findFree([first, last]: readonly [first: number, last: number]): number {
    const taken = new Set(users.values());
    for (let uid = first + 1; uid <= last; uid++) if (!taken.has(uid)) return uid;
    throw new RangeError(
      `All user ids from ${first} to ${last} belong to functions. Set a larger uidRange, or ` +
        `remove deleted functions from "${path}"`,
    );
  }

  async function uidOf(name: string): Promise<number | undefined> {
    if (uidRange === undefined) return undefined;
    const [first, last] = uidRange;
    const known = users.get(name);
    if (known !== undefined && known > first && known <= last) return known;
    const uid = findFree(uidRange);
    users.set(name, uid);
    writing = writing.catch(() => {}).then(() => writeUsers(path, users));
    try {
      await writing;
    } catch (cause) {
      // Without the record, another function could get this user and its files after a restart.
      users.delete(name);
      const explained = explainStateError(stateDirectory, cause);
      if (explained !== cause) throw explained;
      throw new Error(
        `Cannot save the function's user id in "${path}": ${(cause as Error).message}`,
        {
          cause,
        },
      );
    }
    return uid;
  }

  return {
    fetcherUid: uidRange?.[0],
    uidOf,
    directory: data,
    async purge(name) {
      const removed = removedPath(data);
      try {
        // A running instance keeps its open files.
        await Deno.rename(join(data, name), removed);
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return;
        throw error;
      }
      await removeIfThere(removed);
    },
    async open(name, limits) {
      const uid = await uidOf(name);
      const home = join(data, name);
      await Deno.mkdir(home, { recursive: true, mode: 0o700 });
      // A function may make its own directory public; this parent directory stays private.
      await Deno.chmod(home, 0o700);
      const bounded = await bounder.open({ directory: home, parts: [...PARTS], uid, limits });
      const [files, storage, writable] = PARTS.map(bounded.pathOf) as [string, string, string];
      const { prefix, isFileSystem, problems, watch } = bounded;
      return { uid, files, storage, writable, prefix, isFileSystem, problems, watch };
    },
  };
}

async function readUsers(path: string): Promise<[name: string, uid: number][]> {
  const text = await readOptionalTextFile(path);
  if (text === undefined) return [];
  try {
    return Object.entries(JSON.parse(text) as Record<string, unknown>)
      .filter((entry): entry is [string, number] => Number.isSafeInteger(entry[1]));
  } catch (cause) {
    throw new Error(
      `Cannot read the users of functions: "${path}" is not JSON. Fix the file, or remove it ` +
        "together with the functions' data",
      { cause },
    );
  }
}

async function writeUsers(path: string, users: ReadonlyMap<string, number>): Promise<void> {
  await writeWholeFile(path, `${JSON.stringify(Object.fromEntries(users))}\n`);
}
