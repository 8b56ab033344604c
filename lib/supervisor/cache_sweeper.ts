import { join } from "node:path";
import { removeIfThere } from "../system/remove_if_there.ts";

/** Removes module caches of functions that no longer exist. */
export interface CacheSweeper {
  /** Removes caches whose functions have been missing for a minute. */
  readonly sweep: (isPresent: (name: string) => boolean, nowMs: number) => Promise<void>;
}

/** Time from the removal of a function to that of its cache: somebody may move the folder back. */
const RETENTION_MS = 60_000;

/** Minimum interval between two sweeps. */
const INTERVAL_MS = 10_000;

/** Prefix of a cache that is being removed; no function has such a name. */
const GOING = ".going-";

/** Creates a sweeper of a directory that holds one cache for each function, under its name. */
export function createCacheSweeper(
  directory: string,
  /** Called before a cache is removed. */
  forget: (name: string) => Promise<void>,
): CacheSweeper {
  let missingSince = new Map<string, number>();
  let sweeping: Promise<void> | undefined;
  let sweptAtMs = -Infinity;

  async function sweep(isPresent: (name: string) => boolean, nowMs: number): Promise<void> {
    const missing = new Map<string, number>();
    for await (const { name } of Deno.readDir(directory)) {
      if (name.startsWith(GOING)) {
        await removeIfThere(join(directory, name));
        continue;
      }
      if (isPresent(name)) continue;
      const sinceMs = missingSince.get(name) ?? nowMs;
      if (nowMs - sinceMs >= RETENTION_MS) {
        await forget(name);
        // The function may come back while a large cache is removed.
        if (isPresent(name)) continue;
        const going = join(directory, GOING + name);
        await Deno.rename(join(directory, name), going);
        await removeIfThere(going);
      } else missing.set(name, sinceMs);
    }
    missingSince = missing;
  }

  return {
    async sweep(isPresent, nowMs) {
      if (nowMs - sweptAtMs < INTERVAL_MS) return;
      sweptAtMs = nowMs;
      // Removing a large cache may take longer than the time until the next scan.
      sweeping ??= sweep(isPresent, nowMs).finally(() => sweeping = undefined);
      await sweeping;
    },
  };
}
