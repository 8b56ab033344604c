import { join } from "node:path";
import type { Settings } from "../config/settings.ts";
import type { Isolation } from "../isolation/isolation.ts";
import { openIsolation } from "../isolation/open_isolation.ts";
import { openPrivateDirectory } from "../system/private_directory.ts";
import { createSemaphore, type Semaphore } from "../system/semaphore.ts";
import { type CheckResults, openCheckResults } from "./check_results.ts";
import { openSnapshots, type Snapshots } from "./snapshots.ts";
import { startsAtOnce } from "./starts_at_once.ts";
import { type CacheSweeper, createCacheSweeper } from "./cache_sweeper.ts";

/** What all instances of one supervisor share. Disposing of it leaves nothing in the kernel. */
export interface Workplace extends AsyncDisposable {
  /** Those that hold at present. */
  readonly settings: Settings;
  /** Takes other settings, for what is opened from now on. */
  readonly configure: (settings: Settings) => void;
  readonly isolation: Isolation;
  /** The module cache of a function, made when it is first asked for. */
  readonly cacheOf: (name: string) => Promise<string>;
  readonly cacheSweeper: CacheSweeper;
  readonly checkResults: CheckResults;
  readonly snapshots: Snapshots;
  /** Leaves nothing of a function to the next one of its name: no data, no revision, no check. */
  readonly purge: (name: string) => Promise<void>;
  /** Checks at a time: they take a whole core each. */
  readonly checks: Semaphore;
  /** Starts at a time. */
  readonly starts: Semaphore;
}

/** Code that is checked or started for longer than this does not hold up others. */
const MAX_CHECK_HOLD_MS = 15_000;
const MAX_START_HOLD_MS = 3_000;

/** Opens what instances share. */
export async function openWorkplace(
  settings: Settings,
  onWarning: (message: string) => void,
): Promise<Workplace> {
  await using stack = new AsyncDisposableStack();
  await openPrivateDirectory(settings.stateDirectory, { onWarning });
  const isolation = stack.use(await openIsolation(settings, onWarning));
  // Two supervisors may have functions of the same name, which have nothing else in common.
  const caches = join(settings.stateDirectory, "cache", isolation.ownerId);
  await Deno.mkdir(caches, { recursive: true, mode: 0o700 });
  const cacheOf = (name: string): Promise<string> =>
    makeCache(join(caches, name), isolation.checkUid);
  const checkResults = openCheckResults({
    directory: join(settings.stateDirectory, "checks", isolation.ownerId),
    cacheOf,
    onWarning,
  });
  const snapshots = await openSnapshots({
    directory: join(settings.stateDirectory, "snapshots", isolation.ownerId),
    copy: isolation.copy,
  });
  const forget = async (name: string): Promise<void> => {
    await checkResults.forget(name);
    await snapshots.forget(name);
  };
  const cores = Math.max(1, navigator.hardwareConcurrency);
  const { available: availableBytes } = Deno.systemMemoryInfo();
  const owned = stack.move();
  let current = settings;
  return {
    get settings() {
      return current;
    },
    configure(next) {
      current = next;
    },
    isolation,
    cacheSweeper: createCacheSweeper(caches, forget),
    cacheOf,
    checkResults,
    snapshots,
    async purge(name) {
      await isolation.purge(name);
      await forget(name);
    },
    checks: createSemaphore(cores, { maxHoldMs: MAX_CHECK_HOLD_MS }),
    starts: createSemaphore(startsAtOnce({ cores, availableBytes }), {
      maxHoldMs: MAX_START_HOLD_MS,
    }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/**
 * Makes a function's module cache, which checks fill and the function reads. Each has its own:
 * where packages come from is for a function's own configuration to say, and one that brings its
 * own registry must not bring another function's packages.
 */
async function makeCache(directory: string, uid: number | undefined): Promise<string> {
  for (const part of ["", "remote", "npm"]) {
    const path = join(directory, part);
    await Deno.mkdir(path, { recursive: true, mode: 0o755 });
    // The check's user owns the directory above; root must not follow a link that it put there.
    if ((await Deno.lstat(path)).isSymlink) {
      throw new Error(
        `"${path}" is a symbolic link, which ddsrv never makes. Remove "${directory}"`,
      );
    }
    if (uid !== undefined) await Deno.chown(path, uid, uid);
  }
  return directory;
}
