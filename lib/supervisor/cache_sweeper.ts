import { join } from "node:path";
import { removeIfThere } from "../system/remove_if_there.ts";

/** Takes away module caches of functions that are gone. */
export interface CacheSweeper {
  /** Looks at the caches; functions may come and go while it does. */
  readonly sweep: (isPresent: (name: string) => boolean, nowMs: number) => Promise<void>;
}

/** How long a cache outlives its function, which may only have been moved aside. */
const KEPT_MS = 60_000;

/** Between two looks. */
const PAUSE_MS = 10_000;

/** How the name of a cache begins that is being removed; no function's does. */
const GOING = ".going-";

/** A sweeper of a directory that holds one cache for each function, under its name. */
export function createCacheSweeper(
  directory: string,
  /** Called before a function's cache is removed. */
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
      if (nowMs - sinceMs >= KEPT_MS) {
        await forget(name);
        // It may come back while a large cache is removed.
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
      if (nowMs - sweptAtMs < PAUSE_MS) return;
      sweptAtMs = nowMs;
      // A large cache may take longer to remove than it takes until the next scan.
      sweeping ??= sweep(isPresent, nowMs).finally(() => sweeping = undefined);
      await sweeping;
    },
  };
}
