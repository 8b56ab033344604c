import { join } from "node:path";
import type { Bounder } from "../disk/bounder.ts";
import type { DiskLimits } from "../disk/disk_limits.ts";
import { clearAside, removedPath } from "../function/set_aside.ts";
import { readOptionalTextFile } from "../system/read_optional_text_file.ts";
import { removeIfThere } from "../system/remove_if_there.ts";
import { writeWholeFile } from "../system/write_whole_file.ts";
import { explainStateError } from "./state_directory.ts";

/** What belongs to a function and outlives its instances. */
export interface Home {
  /** User and group of its processes; the supervisor's own when missing. */
  readonly uid: number | undefined;
  /** Where it keeps files, on the host. */
  readonly files: string;
  /** Where Deno keeps its `Deno.openKv()` and `localStorage`, on the host. */
  readonly storage: string;
  /** Prefix of the launch chain, so that these paths lead to the bounded directory. */
  readonly prefix: readonly string[];
  /** It has a file system of its own, which tells what is used. */
  readonly isFileSystem: boolean;
  /** Deviations from its limits, one sentence each. */
  readonly problems: readonly string[];
  /** See `BoundedDirectory`. */
  readonly watch: (onFound: (reason: string) => void) => Promise<Disposable>;
}

/** The homes of one supervisor's functions. */
export interface Homes {
  /** User of the process that fetches modules, who has no home; the supervisor's own when missing. */
  readonly fetcherUid: number | undefined;
  /** A function's user, who is written down when first asked for; the supervisor's own when missing. */
  readonly uidOf: (name: string) => Promise<number | undefined>;
  /** A function's home; made when it is first asked for. */
  readonly open: (name: string, limits: DiskLimits) => Promise<Home>;
  /** Removes all data of a function; the next one to open its home finds it empty at once. */
  readonly purge: (name: string) => Promise<void>;
  /** Holds a directory for each function that has run, under its name. */
  readonly directory: string;
}

/** Where homes are, and which users they may have. */
export interface HomesOptions {
  readonly stateDirectory: string;
  readonly ownerId: string;
  /** Bounds what each holds. */
  readonly bounder: Bounder;
  /** Told of removed data that is still there. */
  readonly onWarning: (message: string) => void;
  /** First and last user; all is the supervisor's own, who can't change to another, when left out. */
  readonly uidRange?: readonly [first: number, last: number] | undefined;
}

/** Parts of a home that belong to the function; root owns the rest. */
const PARTS = ["files", "storage"] as const;

/**
 * Opens the homes of a supervisor's functions. Which user a function has is written down, so that
 * it is the same one after a restart and owns what it wrote before.
 *
 * @throws {Error} when the file that says so can't be read or written
 */
export async function openHomes(options: HomesOptions): Promise<Homes> {
  const { stateDirectory, ownerId, uidRange, bounder } = options;
  const path = join(stateDirectory, "users", `${ownerId}.json`);
  const users = new Map(await readUsers(path));
  const data = join(stateDirectory, "data", ownerId);
  let writing = Promise.resolve();
  await Deno.mkdir(data, { recursive: true, mode: 0o700 });
  await clearAside(data, options.onWarning);

  /** The first user that no function has; the range's very first is for fetching. */
  function findFree([first, last]: readonly [first: number, last: number]): number {
    const taken = new Set(users.values());
    for (let uid = first + 1; uid <= last; uid++) if (!taken.has(uid)) return uid;
    throw new RangeError(
      `All users from ${first} to ${last} belong to functions. Give a larger uidRange, or remove ` +
        `functions that are gone from "${path}"`,
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
      // Not on record, another function might get it after a restart, and with it these files.
      users.delete(name);
      const explained = explainStateError(stateDirectory, cause);
      if (explained !== cause) throw explained;
      throw new Error(`Cannot record its user in "${path}": ${(cause as Error).message}`, {
        cause,
      });
    }
    return uid;
  }

  return {
    fetcherUid: uidRange?.[0],
    uidOf,
    directory: data,
    async purge(name) {
      const aside = removedPath(data);
      try {
        // An instance that has it open goes on in what is removed.
        await Deno.rename(join(data, name), aside);
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return;
        throw error;
      }
      await removeIfThere(aside);
    },
    async open(name, limits) {
      const uid = await uidOf(name);
      const home = join(data, name);
      await Deno.mkdir(home, { recursive: true, mode: 0o700 });
      // A function may open its own directory to everybody: here nobody passes.
      await Deno.chmod(home, 0o700);
      const place = await bounder.open({ directory: home, parts: [...PARTS], uid, limits });
      const [files, storage] = PARTS.map(place.pathOf) as [string, string];
      const { prefix, isFileSystem, problems, watch } = place;
      return { uid, files, storage, prefix, isFileSystem, problems, watch };
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
      `"${path}" is not JSON, and says which user each function has. Mend it, or remove it together ` +
        "with the functions' data",
      { cause },
    );
  }
}

async function writeUsers(path: string, users: ReadonlyMap<string, number>): Promise<void> {
  await writeWholeFile(path, `${JSON.stringify(Object.fromEntries(users))}\n`);
}
