import { join } from "node:path";
import { removedPath, removeEntry } from "../function/set_aside.ts";
import type { Expiries } from "./expiries.ts";

/** Removes functions that have expired. */
export interface Expirer {
  /** `isPresent` says which functions the last complete scan has found. */
  readonly sweep: (isPresent: (name: string) => boolean, now: Now) => Promise<void>;
}

/** The present time. */
export interface Now {
  /** Milliseconds since the epoch: a time of expiry outlives a restart. */
  readonly wallMs: number;
  /** By `performance.now()`, which never jumps. */
  readonly steadyMs: number;
}

/** Options of {@linkcode createExpirer}. */
export interface ExpirerOptions {
  readonly expiries: Expiries;
  readonly functionsDirectory: string;
  /** Called just before a function's folder is removed. */
  readonly onRemove: (name: string) => void;
  /** Removes the data and variables of a function. */
  readonly purge: (name: string) => Promise<void>;
  /** Receives what was removed, and what can't be. */
  readonly onWarning: (message: string) => void;
}

/** A folder may be moved back, or replaced by removing it first. */
const RETENTION_MS = 60_000;

/** A folder that can't be removed, as on a read-only disk, is tried again after this time. */
const RETRY_MS = 600_000;

/**
 * Creates an expirer. It removes an expired function as `ddsrv remove` does, with its data and
 * variables. A function whose folder has been missing for a minute never expires.
 */
export function createExpirer(options: ExpirerOptions): Expirer {
  const { expiries, functionsDirectory, onWarning } = options;
  const missingSince = new Map<string, number>();
  const retryAt = new Map<string, number>();
  let sweeping: Promise<void> | undefined;

  async function remove(name: string): Promise<void> {
    options.onRemove(name);
    const aside = removedPath(functionsDirectory);
    try {
      await Deno.rename(join(functionsDirectory, name), aside);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    try {
      // At once, so that a new function of this name can't get the data. It also ends the expiry.
      await options.purge(name);
      onWarning(`${name} has expired, and was removed with its data and variables`);
    } finally {
      // Otherwise, it would take room until the next start of ddsrv.
      await removeEntry(aside);
    }
  }

  async function forgetMissing(name: string, { steadyMs }: Now): Promise<void> {
    const sinceMs = missingSince.get(name) ?? steadyMs;
    missingSince.set(name, sinceMs);
    if (steadyMs - sinceMs < RETENTION_MS) return;
    try {
      await expiries.set(name, undefined);
    } catch (error) {
      missingSince.set(name, steadyMs + RETRY_MS - RETENTION_MS);
      onWarning(
        `${name}: its folder is gone, and its time of expiry stays: ${(error as Error).message}. ` +
          "Make room on the disk; ddsrv tries again in ten minutes",
      );
    }
  }

  async function sweepAll(isPresent: (name: string) => boolean, now: Now): Promise<void> {
    for (const name of missingSince.keys()) {
      if (isPresent(name) || !expiries.present.has(name)) missingSince.delete(name);
    }
    for (const name of [...expiries.present.keys()]) {
      // It may have changed since the sweep began: a removal takes as long as its folder is large.
      const atMs = expiries.present.get(name);
      if (atMs === undefined) continue;
      if (!isPresent(name)) {
        await forgetMissing(name, now);
        continue;
      }
      try {
        if (atMs <= now.wallMs && now.steadyMs >= (retryAt.get(name) ?? 0)) {
          await remove(name);
          retryAt.delete(name);
        }
      } catch (error) {
        retryAt.set(name, now.steadyMs + RETRY_MS);
        onWarning(
          `${name} has expired, and can't be removed: ${(error as Error).message}. To remove it: ` +
            `ddsrv remove ${name}`,
        );
      }
    }
  }

  return {
    sweep(isPresent, now) {
      sweeping ??= sweepAll(isPresent, now).finally(() => sweeping = undefined);
      return sweeping;
    },
  };
}
