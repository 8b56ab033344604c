import { changeTimeMs } from "./change_time.ts";
import type { FileLook } from "./file_look.ts";

/** Names that a folder does not have, and the folder's state that this was seen at. */
export interface AbsentFiles {
  readonly state: string;
  readonly names: ReadonlySet<string>;
}

/** A look that passes over what is known not to be there. */
export interface AbsenceLook {
  readonly stat: FileLook["stat"];
  /** State to pass to the next look. */
  readonly found: () => AbsentFiles;
}

/** A change within this time of a look may have the same time as what was seen. */
const RACY_MS = 2_000;

/** State and functions to look at paths inside and outside the folder. */
export interface AbsenceOptions {
  /** The folder itself. */
  readonly folder: Deno.FileInfo;
  readonly before: AbsentFiles | undefined;
  /** Directly in the folder. */
  readonly own: FileLook["stat"];
  /** Further down in it. */
  readonly deep: FileLook["stat"];
  readonly elsewhere: FileLook["stat"];
}

/**
 * Looks at files, and does not ask again for names that were missing in a folder while nothing has
 * come or gone in the folder itself: to ask for what is not there costs the most. Only names that
 * somebody asks for are remembered, so that a folder may have any number of others.
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
      if (known === undefined) return { state, names: fresh };
      return fresh.size === 0 ? known : { state, names: known.names.union(fresh) };
    },
  };
}

/** Is another one when something has come or gone in a folder. */
export function stateOf({ dev, ino, mtime }: Deno.FileInfo): string {
  return `${dev}:${ino}:${mtime?.getTime()}`;
}

const NOTHING_KNOWN: AbsentFiles = { state: "", names: new Set() };
