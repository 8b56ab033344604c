import { join } from "node:path";

/** Takes away module caches of functions that are gone. */
export interface CacheSweeper {
  /** Looks at the caches; `present` are the functions that are there. */
  readonly sweep: (present: ReadonlySet<string>, nowMs: number) => Promise<void>;
}

/** How long a cache outlives its function, which may only have been moved aside. */
const KEPT_MS = 60_000;

/** A sweeper of a directory that holds one cache for each function, under its name. */
export function createCacheSweeper(
  directory: string,
  /** Called before a function's cache is removed. */
  forget: (name: string) => Promise<void>,
): CacheSweeper {
  let missingSince = new Map<string, number>();
  let sweeping: Promise<void> | undefined;

  async function sweep(present: ReadonlySet<string>, nowMs: number): Promise<void> {
    const missing = new Map<string, number>();
    for await (const { name } of Deno.readDir(directory)) {
      if (present.has(name)) continue;
      const sinceMs = missingSince.get(name) ?? nowMs;
      if (nowMs - sinceMs >= KEPT_MS) {
        await forget(name);
        await Deno.remove(join(directory, name), { recursive: true });
      } else missing.set(name, sinceMs);
    }
    missingSince = missing;
  }

  return {
    async sweep(present, nowMs) {
      // A large cache may take longer to remove than it takes until the next scan.
      sweeping ??= sweep(present, nowMs).finally(() => sweeping = undefined);
      await sweeping;
    },
  };
}
