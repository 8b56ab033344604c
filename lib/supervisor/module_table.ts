import type { Modules } from "../function/revision.ts";

/** Modules of each function, as its last check named them. */
export interface ModuleTable {
  readonly get: (name: string) => Modules | undefined;
  readonly set: (name: string, modules: Modules) => void;
  readonly delete: (name: string) => void;
  /** A scan begins: returns the functions with new modules since the scan before it began. */
  readonly beginScan: () => ReadonlySet<string>;
  /** Returns true if a function has new modules since the last scan began. */
  readonly isStale: (name: string) => boolean;
}

/** Creates an empty table. */
export function createModuleTable(): ModuleTable {
  const known = new Map<string, Modules>();
  let changed = new Set<string>();
  return {
    get: (name) => known.get(name),
    set(name, modules) {
      if (known.get(name) !== modules) changed.add(name);
      known.set(name, modules);
    },
    delete(name) {
      if (known.delete(name)) changed.add(name);
    },
    beginScan() {
      const before = changed;
      changed = new Set();
      return before;
    },
    isStale: (name) => changed.has(name),
  };
}
