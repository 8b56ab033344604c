import type { Desired } from "../../lib/supervisor/reconcile.ts";
import type { FunctionState, HandStop } from "../../lib/supervisor/state.ts";
import { type Folder, type KnownModules, revisionOf } from "./lifecycle_folders.ts";

/** Input of a scan; all of it may change during the scan. */
export interface ScanOptions {
  readonly folders: ReadonlyMap<string, Folder>;
  readonly states: ReadonlyMap<string, FunctionState>;
  readonly handStops: ReadonlyMap<string, HandStop>;
  readonly modules: ReadonlyMap<string, KnownModules>;
  /** Folders that it reads only at its end. */
  readonly isLate: (name: string) => boolean;
}

/** Begins a scan; the returned function ends it and returns the desired functions. */
export function beginScan(
  { folders, states, handStops, modules, isLate }: ScanOptions,
): (isUnsettled: (name: string) => boolean) => Map<string, Desired> {
  const modulesBefore = new Map(modules);
  const seen = new Map<string, string>();
  const look = (isLooked: (name: string) => boolean): void => {
    for (const [name, folder] of folders) {
      if (isLooked(name)) seen.set(name, revisionOf(folder, modules.get(name)));
    }
  };
  look((name) => !isLate(name));
  return (isUnsettled) => {
    look(isLate);
    const desired = new Map<string, Desired>();
    for (const [name, found] of seen) {
      const isStale = modulesBefore.get(name) !== modules.get(name);
      const revision = isStale ? states.get(name)?.requested ?? found : found;
      const stoppedByHand = handStops.get(name);
      const stopped = stoppedByHand && { stoppedByHand };
      desired.set(name, { directory: `/f/${name}`, revision, ...stopped });
    }
    for (const name of new Set([...seen.keys(), ...states.keys()])) {
      if (!isUnsettled(name)) continue;
      const state = states.get(name);
      if (state?.isWanted !== true) desired.delete(name);
      else desired.set(name, { directory: state.directory, revision: state.requested });
    }
    return desired;
  };
}
