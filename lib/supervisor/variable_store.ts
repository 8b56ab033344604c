import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { storedVariableProblem, totalVariablesProblem } from "../config/stored_variable.ts";
import { removeIfThere } from "../system/remove_if_there.ts";
import { createTurns } from "../system/turns.ts";
import { readVariables, type StoredVariables, writeVariables } from "./variable_file.ts";

/** Variables to set and to unset; no name is in both. */
export interface VariableChange {
  readonly set?: Readonly<Record<string, string>>;
  readonly unset?: readonly string[];
}

/** Result of {@linkcode VariableStore.change}. */
export interface ChangedVariables {
  /** Names whose value changed or that were unset. */
  readonly changed: readonly string[];
  /** For {@linkcode VariableStore.undo}; `undefined` if nothing changed. */
  readonly id: string | undefined;
}

/**
 * Variables that the operator has set, in one file per function. They survive replacing, rolling
 * back and removing the folder, until they are unset or the function's data is removed.
 */
export interface VariableStore {
  /** @throws {VariableStoreError} if the file can't be read */
  readonly read: (name: string) => Promise<StoredVariables>;
  /**
   * Sets and unsets variables, all or none. Changes of the same function run one after another.
   *
   * @throws {RangeError} if a variable can't be set, or they would be too large together
   * @throws {VariableStoreError} if the file can't be read or written; it is unchanged then
   */
  readonly change: (name: string, change: VariableChange) => Promise<ChangedVariables>;
  /** Undoes a change; returns false if another change came after it. */
  readonly undo: (name: string, id: string) => Promise<boolean>;
  readonly forget: (name: string) => Promise<void>;
  /** Number that differs after each change of a function, and is restored by an undo. */
  readonly stamp: (name: string) => number;
}

interface LastChange {
  readonly id: string;
  readonly before: StoredVariables;
  readonly stamp: number;
}

/** Opens the store in a directory, which is created with the first variable. */
export function openVariableStore(
  directory: string,
  { now = () => new Date() }: { readonly now?: () => Date } = {},
): VariableStore {
  const { run: inTurn } = createTurns();
  const lastChanges = new Map<string, LastChange>();
  const stamps = new Map<string, number>();
  let lastStamp = 0;
  const pathOf = (name: string): string => join(directory, `${name}.json`);
  const stamp = (name: string): number => stamps.get(name) ?? 0;

  return {
    read: (name) => readVariables(pathOf(name)),
    change: (name, { set = {}, unset = [] }) =>
      inTurn(name, async () => {
        const before = await readVariables(pathOf(name));
        const changed = [
          ...Object.keys(set).filter((key) => before.get(key)?.value !== set[key]),
          ...new Set(unset.filter((key) => before.has(key))),
        ].sort();
        if (changed.length === 0) return { changed, id: undefined };
        const next = new Map(before);
        const setAt = now().toISOString();
        for (const key of changed) {
          if (Object.hasOwn(set, key)) next.set(key, { value: set[key]!, setAt });
          else next.delete(key);
        }
        requireValid(next);
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

/** Returns the values by name. */
export function valuesOf(variables: StoredVariables): Record<string, string> {
  return Object.fromEntries([...variables].map(([name, { value }]) => [name, value]));
}

function requireValid(variables: StoredVariables): void {
  const values = [...variables].map(([name, { value }]) => [name, value] as const);
  const problem = values.map(([name, value]) => storedVariableProblem(name, value))
    .find((one) => one !== undefined) ?? totalVariablesProblem(values);
  if (problem !== undefined) throw new RangeError(`${problem}. Nothing was changed`);
}
