import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { storedVariableProblem, totalVariablesProblem } from "../config/stored_variable.ts";
import { removeIfThere } from "../system/remove_if_there.ts";
import { createSemaphore, type Semaphore } from "../system/semaphore.ts";
import { readVariables, type StoredVariables, writeVariables } from "./variable_file.ts";

/** Variables to set and to unset; no name is in both. */
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

interface LastChange {
  readonly id: string;
  readonly before: StoredVariables;
  readonly stamp: number;
}

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

  return {
    read: (name) => readVariables(pathOf(name)),
    change: (name, { set = {}, unset = [] }) =>
      inTurn(name, async () => {
        const before = await readVariables(pathOf(name));
        const changed = [
          ...Object.keys(set).filter((one) => before.get(one)?.value !== set[one]),
          ...new Set(unset.filter((one) => before.has(one))),
        ].sort();
        if (changed.length === 0) return { changed, id: undefined };
        const next = new Map(before);
        const setAt = now().toISOString();
        for (const one of changed) {
          if (Object.hasOwn(set, one)) next.set(one, { value: set[one]!, setAt });
          else next.delete(one);
        }
        requirePossible(next);
        await writeVariables(pathOf(name), next);
        const id = randomUUID();
        lastChanges.set(name, { id, before, stamp: stamp(name) });
        stamps.set(name, ++lastStamp);
        return { changed, id };
      }),
    undo: (name, id) =>
      inTurn(name, async () => {
        const last = lastChanges.get(name);
        if (last?.id !== id) return false;
        await writeVariables(pathOf(name), last.before);
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
  if (problem !== undefined) throw new RangeError(`${problem}. Nothing was changed`);
}
