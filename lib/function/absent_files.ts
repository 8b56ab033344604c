import { changeTimeMs } from "./change_time.ts";
import type { FileLook } from "./file_look.ts";

/** Names that were missing in a folder, and the state of the folder at that time. */
export interface AbsentFiles {
  readonly state: string;
  readonly names: ReadonlySet<string>;
}

/** Calls stat(2), except for names that are known to be missing. */
export interface AbsenceLook {
  readonly stat: FileLook["stat"];
  /** State to pass as `before` next time. */
  readonly found: () => AbsentFiles;
}

/** A second change within this time may not change the times of a file or folder. */
export const RACY_MS = 2_000;

/** Options of {@linkcode passOverAbsent}. */
export interface AbsenceOptions {
  /** Result of stat(2) for the folder itself. */
  readonly folder: Deno.FileInfo;
  readonly before: AbsentFiles | undefined;
  /** For paths directly in the folder. */
  readonly own: FileLook["stat"];
  /** For paths in subdirectories. */
  readonly deep: FileLook["stat"];
  /** For paths outside the folder. */
  readonly elsewhere: FileLook["stat"];
}

/**
 * Calls stat(2) and skips names that were missing in a folder, as long as no entry of the folder was
 * added or removed: a failing stat(2) costs most. Remembers only the names that were asked for, so
 * memory does not grow with the folder.
 */
export function passOverAbsent(
  directory: string,
  { folder, before, own, deep, elsewhere }: AbsenceOptions,
): AbsenceLook {
  const isOld = Date.now() - changeTimeMs(folder) > RACY_MS;
  const state = isOld ? stateOf(folder) : "";
  const known = state !== "" && before?.state === state ? before : undefined;
  const fresh = new Set<string>();
  const prefix = `${directory}/`;
  return {
    stat(path) {
      if (!path.startsWith(prefix)) return elsewhere(path);
      if (path.includes("/", prefix.length)) return deep(path);
      const name = path.slice(prefix.length);
      if (known?.names.has(name)) return undefined;
      const file = own(path);
      if (file === undefined) fresh.add(name);
      return file;
    },
    found() {
      if (state === "") return NOTHING_KNOWN;
      if (known === undefined) return { state, names: shareNames(fresh) };
      return fresh.size === 0 ? known : { state, names: shareNames(known.names.union(fresh)) };
    },
  };
}

/** Returns a text that changes when an entry of the folder is added or removed. */
export function stateOf({ dev, ino, mtime }: Deno.FileInfo): string {
  return `${dev}:${ino}:${mtime?.getTime()}`;
}

/** Sets of names, of which most folders have one of a few; a set takes up to a kilobyte. */
const shared = new Map<string, ReadonlySet<string>>();
const MAX_SHARED = 100;

/** Returns an equal set that other folders have, too. */
function shareNames(names: ReadonlySet<string>): ReadonlySet<string> {
  const key = [...names].join("/");
  const known = shared.get(key);
  if (known !== undefined) return known;
  // Names come from manifests as well, so there can be any number.
  if (shared.size >= MAX_SHARED) shared.clear();
  shared.set(key, names);
  return names;
}

const NOTHING_KNOWN: AbsentFiles = { state: "", names: new Set() };
