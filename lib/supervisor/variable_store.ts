import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { storedVariableProblem, totalVariablesProblem } from "../config/stored_variable.ts";
import { readFully } from "../function/contained_file.ts";
import { removeIfThere } from "../system/remove_if_there.ts";
import { createSemaphore, type Semaphore } from "../system/semaphore.ts";
import { writeWholeFile } from "../system/write_whole_file.ts";

/** A variable that the operator has set for a function. */
export interface StoredVariable {
  readonly value: string;
  /** ISO 8601. */
  readonly setAt: string;
}

/** A function's variables by name. */
export type StoredVariables = ReadonlyMap<string, StoredVariable>;

/** What {@linkcode VariableStore.change} does; a name is in one of them. */
export interface VariableChange {
  readonly set?: Readonly<Record<string, string>>;
  readonly unset?: readonly string[];
}

/** What came of it. */
export interface ChangedVariables {
  /** Names whose value is another one now, or that are gone. */
  readonly changed: readonly string[];
  /** For {@linkcode VariableStore.undo}; none where nothing changed. */
  readonly id: string | undefined;
}

/**
 * The variables that the operator has set, a file for each function. Their folders may be replaced,
 * rolled back or removed: these stay until they are unset, or the function's data is removed.
 */
export interface VariableStore {
  /** @throws {VariableStoreError} when there are some and they can't be read */
  readonly read: (name: string) => Promise<StoredVariables>;
  /**
   * Sets and unsets variables, all or none; changes of one function come one after another.
   *
   * @throws {RangeError} when they would be too much, or can't be set
   * @throws {VariableStoreError} when the file can't be read or written; it is as it was then
   */
  readonly change: (name: string, change: VariableChange) => Promise<ChangedVariables>;
  /** Takes a change back, unless another one came after it; gives whether it did. */
  readonly undo: (name: string, id: string) => Promise<boolean>;
  readonly forget: (name: string) => Promise<void>;
  /** A number that is another one after each change of a function's, and the same after its undo. */
  readonly stamp: (name: string) => number;
}

/** Variables that can't be read or written; the message says why, and what to do. */
export class VariableStoreError extends Error {
  override readonly name = "VariableStoreError";
}

interface LastChange {
  readonly id: string;
  readonly before: StoredVariables;
  readonly stamp: number;
}

/** JSON writes a character as six bytes at most; this holds all that may be set, and some more. */
const MAX_FILE_BYTES = 8 * 1024 * 1024;

const written = z.strictObject({
  variables: z.record(
    z.string(),
    z.strictObject({ value: z.string(), setAt: z.iso.datetime() }),
  ),
});

const NOTHING_CHANGED = "Nothing was changed";

/** Variables in files of a directory, which is made with the first one and is its owner's alone. */
export function openVariableStore(
  directory: string,
  { now = () => new Date() }: { readonly now?: () => Date } = {},
): VariableStore {
  const turns = new Map<string, Semaphore>();
  const lastChanges = new Map<string, LastChange>();
  const stamps = new Map<string, number>();
  let lastStamp = 0;
  const pathOf = (name: string): string => join(directory, `${name}.json`);
  const stamp = (name: string): number => stamps.get(name) ?? 0;

  async function inTurn<Result>(name: string, act: () => Promise<Result>): Promise<Result> {
    const turn = turns.get(name) ?? createSemaphore(1);
    turns.set(name, turn);
    return await turn.run(act);
  }

  async function write(name: string, variables: StoredVariables): Promise<void> {
    const path = pathOf(name);
    try {
      if (variables.size === 0) await removeIfThere(path);
      else await writeWholeFile(path, format(variables));
    } catch (error) {
      throw writeError(path, error as Error);
    }
  }

  return {
    read: (name) => readStore(pathOf(name)),
    change: (name, { set = {}, unset = [] }) =>
      inTurn(name, async () => {
        const before = await readStore(pathOf(name));
        const changed = [
          ...Object.keys(set).filter((one) => before.get(one)?.value !== set[one]),
          ...unset.filter((one) => before.has(one)),
        ].sort();
        if (changed.length === 0) return { changed, id: undefined };
        const next = new Map(before);
        const setAt = now().toISOString();
        for (const one of changed) {
          if (Object.hasOwn(set, one)) next.set(one, { value: set[one]!, setAt });
          else next.delete(one);
        }
        requirePossible(next);
        await write(name, next);
        const id = randomUUID();
        lastChanges.set(name, { id, before, stamp: stamp(name) });
        stamps.set(name, ++lastStamp);
        return { changed, id };
      }),
    undo: (name, id) =>
      inTurn(name, async () => {
        const last = lastChanges.get(name);
        if (last?.id !== id) return false;
        await write(name, last.before);
        lastChanges.delete(name);
        stamps.set(name, last.stamp);
        return true;
      }),
    forget: (name) =>
      inTurn(name, async () => {
        await removeIfThere(pathOf(name));
        lastChanges.delete(name);
        stamps.set(name, ++lastStamp);
      }),
    stamp,
  };
}

/** Only the values, as a function gets them. */
export function valuesOf(variables: StoredVariables): Record<string, string> {
  return Object.fromEntries([...variables].map(([name, { value }]) => [name, value]));
}

function requirePossible(variables: StoredVariables): void {
  const values = [...variables].map(([name, { value }]) => [name, value] as const);
  const problem = values.map(([name, value]) => storedVariableProblem(name, value))
    .find((one) => one !== undefined) ?? totalVariablesProblem(values);
  if (problem !== undefined) throw new RangeError(`${problem}. ${NOTHING_CHANGED}`);
}

function format(variables: StoredVariables): string {
  const sorted = [...variables].sort(([a], [b]) => a < b ? -1 : 1);
  return `${JSON.stringify({ variables: Object.fromEntries(sorted) }, null, 2)}\n`;
}

async function readStore(path: string): Promise<StoredVariables> {
  let text: string | undefined;
  try {
    text = await readRegularFile(path);
  } catch (error) {
    if (error instanceof VariableStoreError) throw error;
    throw unusable(path, `it can't be read (${(error as Error).message})`);
  }
  return text === undefined ? new Map() : parse(path, text);
}

/** No link is followed, and no pipe waited for: nothing else than a file was ever written there. */
async function readRegularFile(path: string): Promise<string | undefined> {
  let opened: FileHandle;
  try {
    opened = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as { readonly code?: string };
    if (code === "ENOENT") return undefined;
    if (code === "ELOOP") throw unusable(path, "it is a link, which is not followed");
    throw error;
  }
  await using file = opened;
  const look = await file.stat();
  if (!look.isFile()) throw unusable(path, "it is no file");
  if (look.size > MAX_FILE_BYTES) throw unusable(path, `it has ${look.size} bytes`);
  const bytes = new Uint8Array(look.size);
  const length = await readFully(file, bytes);
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, length));
}

/** What JSON.parse and the schema say of it may hold a value, and is not passed on. */
function parse(path: string, text: string): StoredVariables {
  try {
    const { variables } = written.parse(JSON.parse(text));
    const entries = Object.entries(variables);
    const isGood = entries.every(([name, { value }]) =>
      storedVariableProblem(name, value) === undefined
    );
    if (isGood) return new Map(entries);
  } catch {
    // It is said below.
  }
  throw unusable(path, "it is not as ddsrv wrote it");
}

function unusable(path: string, why: string): VariableStoreError {
  return new VariableStoreError(
    `The variables in "${path}" can't be used: ${why}. Put the file back from a backup, or ` +
      "remove it and set its variables again with ddsrv env",
  );
}

function writeError(path: string, { message, code }: Error & { readonly code?: string }): Error {
  const [why, remedy] = code === "ENOSPC" || code === "EDQUOT"
    ? ["there is no space left", "Make room on that disk"]
    : code === "EROFS"
    ? ["the file system is read-only", "Mount it writable, or serve with another --state-dir"]
    : [message, "Let the supervisor's user write there"];
  return new VariableStoreError(
    `Cannot write "${path}": ${why}. ${NOTHING_CHANGED}. ${remedy}, and try again`,
  );
}
