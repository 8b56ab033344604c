import { join } from "node:path";
import type { CheckPlace } from "../check/check_place.ts";
import type { PackagesPlace } from "../check/install_packages.ts";
import type { Mount } from "../sandbox/sandbox.ts";
import { requireWithinCache } from "./cache_watch.ts";
import {
  findPackages,
  openPackages,
  type PackagesMount,
  touchPackages,
} from "./installed_packages.ts";

/** Options of {@linkcode packagesPlace}. */
export interface PackagesPlaceOptions {
  /** Directory of the function's packages, which only the supervisor's user may enter. */
  readonly directory: string;
  /** The function's user; `undefined` for the supervisor's own. */
  readonly uid: number | undefined;
  /** Called with the directories that the check fills from now on. */
  readonly onOpen: (directories: readonly string[]) => void;
  /** Returns the launch chain of a sandbox that shows packages in the folder. */
  readonly around: (shown: readonly PackagesMount[]) => CheckPlace["around"];
}

/**
 * Returns where a check installs packages. A set that exceeds the limits of a module cache fails
 * with a `CacheError`.
 */
export function packagesPlace(options: PackagesPlaceOptions): PackagesPlace {
  const { directory, uid, onOpen, around } = options;
  return {
    async has(key) {
      if (await findPackages(directory, { key, uid }) === undefined) return false;
      await touchPackages(directory, key);
      return true;
    },
    async open(plan) {
      const opened = await openPackages(directory, { plan, uid });
      const sources = opened.mounts.map(({ source }) => source);
      onOpen(sources);
      return {
        around: around(opened.mounts),
        async keep(key) {
          await requireWithinCache(sources);
          await opened.keep(key);
        },
        [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
      };
    },
  };
}

/** Returns the mounts of a sandbox with writable directories of packages in the folder. */
export function showPackages(
  mounts: readonly Mount[],
  { folder, shown }: { readonly folder: string; readonly shown: readonly PackagesMount[] },
): Mount[] {
  const names = shown.map(({ path }) => ({ path }));
  return [
    ...mounts.map((mount) => mount.target === folder ? { ...mount, names } : mount),
    ...shown.map(({ source, path }) => ({ source, target: join(folder, path), isWritable: true })),
  ];
}
