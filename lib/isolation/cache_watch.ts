import { findExcess } from "../disk/count_usage.ts";
import type { DiskLimits } from "../disk/disk_limits.ts";
import type { createRounds } from "../disk/rounds.ts";

/** The most that one function's module cache holds: far beyond what real dependencies take. */
export const CACHE_LIMITS: DiskLimits = { bytes: 2 * 1024 ** 3, files: 200_000 };

/** Most checks end sooner, and write too little to be counted. */
const FIRST_COUNT_MS = 3_000;

/** Watches a module cache while a check may write to it; disposing of it ends that. */
export interface CacheWatch extends Disposable {
  /** Aborts when the cache holds more than {@linkcode CACHE_LIMITS}; the reason says so. */
  readonly signal: AbortSignal;
}

/** Watches from outside, because what a check unpacks may be a thousand times what it fetched. */
export function watchCache(
  directory: string,
  watch: ReturnType<typeof createRounds>,
): CacheWatch {
  const controller = new AbortController();
  const watching = new DisposableStack();
  const timer = setTimeout(() => {
    watching.use(watch({
      examine: () => findExcess([directory], CACHE_LIMITS),
      onFound: () => controller.abort(new CacheError(OVERFULL)),
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

/** A module cache that holds too much. */
export class CacheError extends Error {
  override readonly name = "CacheError";
}

const OVERFULL = `The check has filled the function's module cache: it may hold ` +
  `${CACHE_LIMITS.bytes / 1024 ** 3}GiB and ${CACHE_LIMITS.files} files. Import less`;
