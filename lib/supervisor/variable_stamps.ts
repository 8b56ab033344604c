import type { VariableStore } from "./variable_store.ts";

/** Which variables instances were opened with, by the stamps of a {@linkcode VariableStore}. */
export interface VariableStamps {
  /** An attempt begins: it reads the variables from now on. */
  readonly opened: (name: string, id: number) => void;
  readonly closed: (id: number) => void;
  /** Whether an instance has the variables of today. */
  readonly isCurrent: (name: string, id: number) => boolean;
  /** Whether the last attempt of a function had them. */
  readonly isTried: (name: string) => boolean;
  readonly forget: (name: string) => void;
}

/** Keeps account for one supervisor. */
export function createVariableStamps({ stamp }: Pick<VariableStore, "stamp">): VariableStamps {
  const byId = new Map<number, number>();
  const byName = new Map<string, number>();
  return {
    opened(name, id) {
      byId.set(id, stamp(name));
      byName.set(name, stamp(name));
    },
    closed: (id) => void byId.delete(id),
    isCurrent: (name, id) => byId.get(id) === stamp(name),
    isTried: (name) => byName.get(name) === stamp(name),
    forget: (name) => void byName.delete(name),
  };
}
