import { join } from "node:path";
import { readOptionalTextFile } from "../system/read_optional_text_file.ts";
import { removeIfThere } from "../system/remove_if_there.ts";
import { createSemaphore } from "../system/semaphore.ts";
import { createTurns } from "../system/turns.ts";
import { writeWholeFile } from "../system/write_whole_file.ts";
import type { Change } from "./change.ts";
import { formatChanges, parseChanges, putChange } from "./change_list.ts";

/** Recorded changes, in one file per function. They survive a removal of the folder. */
export interface ChangeStore {
  /** Changes of a function, oldest first, with those that could not be written yet. */
  readonly list: (name: string) => Promise<readonly Change[]>;
  /**
   * Adds a change, or replaces the one with the same id. Resolves when it is written, or could not
   * be; never rejects.
   */
  readonly put: (name: string, change: Change) => Promise<void>;
  /** Chooses a change by the present ones, and puts it; none if `undefined`. */
  readonly update: (
    name: string,
    choose: (changes: readonly Change[]) => Change | undefined,
  ) => Promise<void>;
  readonly forget: (name: string) => Promise<void>;
  /** Resolves when no write is pending, after another try of those that failed. */
  readonly saved: () => Promise<void>;
}

/** Options of {@linkcode openChangeStore}. */
export interface ChangeStoreOptions {
  /** Created with the first change; only the supervisor may enter it. */
  readonly directory: string;
  readonly onWarning: (message: string) => void;
  readonly write?: (path: string, text: string) => Promise<void>;
}

/** Writes at a time: a start of many functions must not keep the disk from others. */
const WRITES_AT_ONCE = 2;

/** Changes that wait in memory while they can't be written, of a function and of all functions. */
const MAX_UNWRITTEN = 20;
const MAX_UNWRITTEN_NAMES = 1_000;

/** Opens the store. Nobody waits for its disk: reads and writes run in the background. */
export function openChangeStore(
  { directory, onWarning, write = writeWholeFile }: ChangeStoreOptions,
): ChangeStore {
  const turns = createTurns();
  const writes = createSemaphore(WRITES_AT_ONCE);
  const unwritten = new Map<string, readonly Change[]>();
  const running = new Set<Promise<void>>();
  let hasWarned = false;
  const pathOf = (name: string): string => join(directory, `${name}.jsonl`);

  async function read(name: string): Promise<readonly Change[]> {
    const text = await readOptionalTextFile(pathOf(name));
    return (unwritten.get(name) ?? []).reduce(putChange, parseChanges(text ?? ""));
  }

  /** Without the file, there are the changes in memory. */
  const readSome = (name: string): Promise<readonly Change[]> =>
    read(name).catch(() => unwritten.get(name) ?? []);

  async function save(name: string, changes: readonly Change[]): Promise<void> {
    await writes.run(() => write(pathOf(name), formatChanges(changes)));
    unwritten.delete(name);
    hasWarned = false;
  }

  function keep(name: string, change: Change, error: Error): void {
    const waiting = unwritten.get(name) ?? [];
    if (waiting.length > 0 || unwritten.size < MAX_UNWRITTEN_NAMES) {
      unwritten.set(name, putChange(waiting, change).slice(-MAX_UNWRITTEN));
    }
    if (hasWarned) return;
    hasWarned = true;
    onWarning(
      `Cannot write the history of changes in "${directory}": ${error.message}. ddsrv keeps the ` +
        "latest changes in memory, and writes them with the next one. Make room there, or make " +
        "it writable",
    );
  }

  function update(
    name: string,
    choose: (changes: readonly Change[]) => Change | undefined,
  ): Promise<void> {
    const task = turns.run(name, async () => {
      const change = choose(await readSome(name));
      if (change === undefined) return;
      try {
        // A file that can't be read is not overwritten.
        await save(name, putChange(await read(name), change));
      } catch (error) {
        keep(name, change, error as Error);
      }
    }).finally(() => running.delete(task));
    running.add(task);
    return task;
  }

  return {
    list: (name) => turns.run(name, () => readSome(name)),
    put: (name, change) => update(name, () => change),
    update,
    forget: (name) =>
      turns.run(name, async () => {
        unwritten.delete(name);
        await removeIfThere(pathOf(name));
      }),
    async saved() {
      while (running.size > 0) await Promise.all(running);
      for (const name of [...unwritten.keys()]) {
        await turns.run(name, async () => await save(name, await read(name))).catch(() => {});
      }
    },
  };
}
