import { join } from "node:path";
import { judgeName } from "../config/function_name.ts";
import { createSemaphore } from "../system/semaphore.ts";
import { readHandStop, removeHandStop, writeHandStop } from "./hand_stop_file.ts";
import type { HandStop } from "./state.ts";

/** Functions that are stopped by hand, in one file per function, which outlives a restart. */
export interface HandStops {
  readonly present: ReadonlyMap<string, HandStop>;
  /**
   * Records that a function is stopped. One that is stopped already keeps the time of its stop, and
   * its page if there is no other one. Returns what is recorded now.
   *
   * @throws {HandStopError} if that can't be written; nothing has changed then
   */
  readonly add: (name: string, stop: HandStop) => Promise<HandStop>;
  /**
   * Ends the stop of a function, if there is one.
   *
   * @throws {HandStopError} if the file can't be removed; nothing has changed then
   */
  readonly end: (name: string) => Promise<void>;
  /** Ends stops of functions whose folders have been missing for a minute. */
  readonly sweep: (isPresent: (name: string) => boolean, nowMs: number) => Promise<void>;
}

/** A folder may be moved back, or replaced by removing it first. */
const RETENTION_MS = 60_000;

const EXTENSION = ".json";

/** Opens the stops in a directory, which is created with the first one; only root writes to it. */
export async function openHandStops(
  directory: string,
  onWarning: (message: string) => void,
): Promise<HandStops> {
  const present = await readAll(directory, onWarning);
  const turn = createSemaphore(1);
  const missingSince = new Map<string, number>();
  const pathOf = (name: string): string => join(directory, name + EXTENSION);

  async function end(name: string): Promise<void> {
    if (!present.has(name)) return;
    await removeHandStop(pathOf(name));
    present.delete(name);
  }

  return {
    present,
    add: (name, { sinceMs, page }) =>
      turn.run(async () => {
        const before = present.get(name);
        const next = { sinceMs: before?.sinceMs ?? sinceMs, page: page ?? before?.page };
        await writeHandStop(pathOf(name), next);
        present.set(name, next);
        return next;
      }),
    end: (name) => turn.run(() => end(name)),
    async sweep(isPresent, nowMs) {
      for (const name of missingSince.keys()) {
        if (isPresent(name) || !present.has(name)) missingSince.delete(name);
      }
      for (const name of [...present.keys()].filter((name) => !isPresent(name))) {
        const sinceMs = missingSince.get(name) ?? nowMs;
        missingSince.set(name, sinceMs);
        if (nowMs - sinceMs < RETENTION_MS) continue;
        missingSince.delete(name);
        try {
          await turn.run(async () => {
            // The function may have come back meanwhile.
            if (!isPresent(name)) await end(name);
          });
        } catch (error) {
          onWarning(`${name}: its folder is gone, and its stop by hand stays: ${error}`);
        }
      }
    },
  };
}

async function readAll(
  directory: string,
  onWarning: (message: string) => void,
): Promise<Map<string, HandStop>> {
  const stops = new Map<string, HandStop>();
  try {
    for await (const { name: file, isFile } of Deno.readDir(directory)) {
      const name = file.slice(0, -EXTENSION.length);
      const isStop = isFile && file.endsWith(EXTENSION) && judgeName(name).type === "function";
      if (isStop) stops.set(name, await readHandStop(join(directory, file), onWarning));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return stops;
}
