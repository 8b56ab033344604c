import type { VariableStore } from "./variable_store.ts";

/** Remembers which variables each launch had, by the stamps of a {@linkcode VariableStore}. */
export interface VariableStamps {
  /** Called when a launch begins. */
  readonly launched: (name: string, id: number) => void;
  readonly closed: (id: number) => void;
  /** Returns true if an instance has the present variables. */
  readonly isCurrent: (name: string, id: number) => boolean;
  /** Returns true if the last launch of a function had the present variables. */
  readonly isTried: (name: string) => boolean;
  readonly forget: (name: string) => void;
}

/** Creates the stamps of one supervisor. */
export function createVariableStamps({ stamp }: Pick<VariableStore, "stamp">): VariableStamps {
  const byId = new Map<number, number>();
  const byName = new Map<string, number>();
  return {
    launched(name, id) {
      byId.set(id, stamp(name));
      byName.set(name, stamp(name));
    },
    closed: (id) => void byId.delete(id),
    isCurrent: (name, id) => byId.get(id) === stamp(name),
    isTried: (name) => byName.get(name) === stamp(name),
    forget: (name) => void byName.delete(name),
  };
}
