import { findExcess } from "../disk/count_usage.ts";
import type { DiskLimits } from "../disk/disk_limits.ts";
import type { createRounds } from "../disk/rounds.ts";

/** Limits of one function's module cache, far above the size of real dependencies. */
const CACHE_LIMITS: DiskLimits = { bytes: 2 * 1024 ** 3, files: 200_000 };

/** Delay before the first count: most checks end sooner. */
const FIRST_COUNT_MS = 3_000;

/** Watches a module cache while a check may write to it. Disposing of it ends the watch. */
export interface CacheWatch extends Disposable {
  /** Aborts with a {@linkcode CacheError} when the cache exceeds the limits. */
  readonly signal: AbortSignal;
}

/**
 * Counts a cache during a check, with the packages that it installs: packages may unpack to a
 * thousand times their size.
 */
export function watchCache(
  /** Returns the directories that the check may write to now. */
  directories: () => readonly string[],
  watch: ReturnType<typeof createRounds>,
): CacheWatch {
  const controller = new AbortController();
  const watching = new DisposableStack();
  const timer = setTimeout(() => {
    watching.use(watch({
      examine: () => findExcess(directories(), CACHE_LIMITS),
      onFound: () => controller.abort(new CacheError(TOO_LARGE)),
    }));
  }, FIRST_COUNT_MS);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      clearTimeout(timer);
      watching.dispose();
    },
  };
}

/**
 * Requires that a directory is within the limits of a module cache.
 *
 * @throws {CacheError} if it is not
 */
export async function requireWithinCache(directories: readonly string[]): Promise<void> {
  if (await findExcess(directories, CACHE_LIMITS) !== undefined) throw new CacheError(TOO_LARGE);
}

/** A module cache exceeds its limits. */
export class CacheError extends Error {
  override readonly name = "CacheError";
}

const TOO_LARGE = `The check filled the function's module cache, which is limited to ` +
  `${CACHE_LIMITS.bytes / 1024 ** 3}GiB and ${CACHE_LIMITS.files} files, with the packages that ` +
  "it installs. Import fewer modules";
