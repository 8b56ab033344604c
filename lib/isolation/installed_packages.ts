import { join } from "node:path";
import type { NewPackages } from "../check/install_packages.ts";
import type { InstallPlan } from "../function/find_dependencies.ts";
import { readOptionalTextFile } from "../system/read_optional_text_file.ts";
import { removeIfThere } from "../system/remove_if_there.ts";

/** A set of packages that a check has installed for a function. */
export interface InstalledPackages {
  readonly key: string;
  /** Mounts of its directories: host paths, and paths relative to the function's folder. */
  readonly mounts: readonly PackagesMount[];
}

/** A directory of packages, and the `node_modules` that shows it. */
export interface PackagesMount {
  readonly source: string;
  readonly path: string;
}

/** A set that a check fills; see {@linkcode openPackages}. */
export interface OpenPackages extends Omit<NewPackages, "around"> {
  readonly mounts: readonly PackagesMount[];
}

/** Options of {@linkcode openPackages}. */
export interface OpenPackagesOptions {
  readonly plan: InstallPlan;
  /** The function's user; `undefined` for the supervisor's own. */
  readonly uid: number | undefined;
}

/** Prefix of a set that a check fills at the moment. */
const NEW = ".new-";

/** List of the places in a set; only the supervisor can write it. */
const PLACES_FILE = "places.json";

/**
 * Opens a new set in the directory of a function's packages, which only the supervisor's user may
 * enter. The set itself belongs to that user too, and only the directories in it to the function's
 * user: so neither can be replaced by a link, and each is mounted as a whole. No check writes to a
 * complete set.
 */
export async function openPackages(
  directory: string,
  { plan, uid }: OpenPackagesOptions,
): Promise<OpenPackages> {
  await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, `${NEW}${crypto.randomUUID()}`);
  await using stack = new AsyncDisposableStack();
  stack.defer(() => removeIfThere(path));
  await Deno.mkdir(path, { mode: 0o700 });
  const mounts = mountsOf(path, plan.places);
  for (const { source } of mounts) {
    await Deno.mkdir(source, { mode: 0o700 });
    if (uid !== undefined) await Deno.chown(source, uid, uid);
  }
  const owned = stack.move();
  return {
    mounts,
    async keep(key) {
      await Deno.writeTextFile(join(path, PLACES_FILE), JSON.stringify(plan.places), {
        mode: 0o600,
      });
      await Deno.rename(path, join(directory, key)).catch(async (error) => {
        // Another check of the same function has just installed the same packages.
        if (await findPackages(directory, { key, uid }) === undefined) throw error;
      });
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Options of {@linkcode findPackages}. */
export interface FindPackagesOptions {
  readonly key: string;
  /** The function's user; `undefined` for the supervisor's own. */
  readonly uid: number | undefined;
}

/** Returns a complete set that the function's user can read; `undefined` if there is none. */
export async function findPackages(
  directory: string,
  { key, uid }: FindPackagesOptions,
): Promise<InstalledPackages | undefined> {
  const path = join(directory, key);
  const text = await readOptionalTextFile(join(path, PLACES_FILE));
  if (text === undefined) return undefined;
  const mounts = mountsOf(path, JSON.parse(text));
  const owner = (await Deno.lstat(mounts[0]!.source)).uid;
  return uid === undefined || owner === uid ? { key, mounts } : undefined;
}

/** Removes sets that no check has completed, which an earlier supervisor left. */
export async function clearNewPackages(directory: string): Promise<void> {
  for (const name of await namesIn(directory)) {
    if (name.startsWith(NEW)) await removeIfThere(join(directory, name));
  }
}

/** Age in milliseconds below which a set stays: its check may not have ended yet. */
const SPARED_MS = 3_600_000;

/** Removes complete sets of which nothing needs the key, unless a check has just used them. */
export async function prunePackages(
  directory: string,
  isNeeded: (key: string) => boolean,
): Promise<void> {
  for (const name of await namesIn(directory)) {
    if (!/^[0-9a-f]{64}$/.test(name) || isNeeded(name)) continue;
    const path = join(directory, name);
    const usedAtMs = (await Deno.lstat(path)).mtime?.getTime() ?? 0;
    if (Date.now() - usedAtMs >= SPARED_MS) await removeIfThere(path);
  }
}

/** Notes that a check uses a complete set. */
export async function touchPackages(directory: string, key: string): Promise<void> {
  await Deno.utime(join(directory, key), new Date(), new Date());
}

function mountsOf(path: string, places: readonly string[]): PackagesMount[] {
  return places.map((place, index) => ({ source: join(path, String(index)), path: place }));
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(directory))).map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
