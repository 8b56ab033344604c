import { join } from "node:path";
import {
  clearNewPackages,
  findPackages,
  type InstalledPackages,
  prunePackages,
} from "../isolation/installed_packages.ts";
import { readOptionalTextFile } from "../system/read_optional_text_file.ts";
import { removeIfThere } from "../system/remove_if_there.ts";
import { writeWholeFile } from "../system/write_whole_file.ts";
import { pruneRevisions } from "./prune_revisions.ts";

/** Which installed packages belong to which revision: each start of a revision uses its own. */
export interface KeptPackages {
  /** Directory in which checks of a function install packages. */
  readonly directoryOf: (name: string) => string;
  /** Notes the packages of a revision that has passed its check. */
  readonly keep: (name: string, revision: string, key: string) => Promise<void>;
  /** Returns the packages of a revision; `undefined` if it has none. */
  readonly find: (name: string, revision: string) => Promise<InstalledPackages | undefined>;
  /** Keeps packages while an instance runs with them. */
  readonly hold: (name: string, packages: InstalledPackages) => Disposable;
  readonly forget: (name: string) => Promise<void>;
}

/** Options of {@linkcode openKeptPackages}. */
export interface KeptPackagesOptions {
  /** Holds a directory for each function; only the supervisor may enter it. */
  readonly directory: string;
  /** Returns revisions whose packages stay, whatever their age: those of snapshots. */
  readonly neededRevisions: (name: string) => readonly string[];
  /** Returns the function's user; `undefined` for the supervisor's own. */
  readonly uidOf: (name: string) => Promise<number | undefined>;
}

const SUFFIX = ".packages";

/** Opens the packages of all functions, and removes what unfinished checks have left. */
export async function openKeptPackages(options: KeptPackagesOptions): Promise<KeptPackages> {
  const { directory, neededRevisions, uidOf } = options;
  const held = new Map<string, number>();
  const directoryOf = (name: string): string => join(directory, name);
  const pathOf = (name: string, revision: string): string =>
    join(directory, name, `${revision}${SUFFIX}`);
  const heldKey = (name: string, key: string): string => `${name}/${key}`;
  await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
  for await (const { name } of Deno.readDir(directory)) await clearNewPackages(directoryOf(name));

  /** Removes the oldest revisions that no snapshot needs, and packages that none needs. */
  async function prune(name: string, newest: string): Promise<void> {
    const needed = neededRevisions(name);
    const kept = await pruneRevisions(directoryOf(name), { suffix: SUFFIX, needed, newest });
    const keys = await Promise.all(kept.map((path) => readOptionalTextFile(path)));
    await prunePackages(
      directoryOf(name),
      (key) => keys.includes(key) || held.has(heldKey(name, key)),
    );
  }

  return {
    directoryOf,
    async keep(name, revision, key) {
      await writeWholeFile(pathOf(name, revision), key);
      await prune(name, revision);
    },
    async find(name, revision) {
      const key = await readOptionalTextFile(pathOf(name, revision));
      if (key === undefined) return undefined;
      return await findPackages(directoryOf(name), { key, uid: await uidOf(name) });
    },
    hold(name, { key }) {
      const own = heldKey(name, key);
      held.set(own, (held.get(own) ?? 0) + 1);
      return {
        [Symbol.dispose]() {
          const count = held.get(own)! - 1;
          if (count === 0) held.delete(own);
          else held.set(own, count);
        },
      };
    },
    forget: (name) => removeIfThere(directoryOf(name)),
  };
}
