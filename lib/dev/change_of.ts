import { basename, extname, relative, sep } from "node:path";
import { SETTINGS_FILE } from "../config/load_settings.ts";
import { COMMON_FILES, OWN_FILES, SHARED_DIRECTORY } from "../function/layout.ts";

/** A change of a file below the functions directory. */
export type Change =
  /** A file in a function's folder; `path` is relative to it, with `/`. */
  | { readonly type: "own"; readonly name: string; readonly path: string }
  /** A file that counts for every function. */
  | { readonly type: "shared" }
  /** Nothing that a function reads. */
  | { readonly type: "none" };

/** Files that editors write beside the one that is edited, and that file managers leave. */
const EDITOR_FILES = /^(?:\..*\.sw[a-z]|4913|.*~|\.#.*|#.*#|\.DS_Store|Thumbs\.db)$/;

/** Endings of files that a type check reads. */
const CODE = /^\.(?:[cm]?[jt]sx?|jsonc?|lock)$/;

/**
 * Returns what a changed path means.
 *
 * @example
 * ```ts
 * import { changeOf } from "./change_of.ts";
 * changeOf("/f/shop/a.txt", "/f"); // { type: "own", name: "shop", path: "a.txt" }
 * changeOf("/f/_shared/a.ts", "/f"); // { type: "shared" }
 * ```
 */
export function changeOf(path: string, functionsDirectory: string): Change {
  const parts = relative(functionsDirectory, path).split(sep);
  const [first = "", ...rest] = parts;
  if (first === "" || first === ".." || EDITOR_FILES.test(basename(path))) return { type: "none" };
  if (first === SHARED_DIRECTORY) return { type: "shared" };
  if (rest.length > 0) return { type: "own", name: first, path: rest.join("/") };
  const isCommon = COMMON_FILES.includes(first) || first === SETTINGS_FILE;
  // The folder itself was created, removed or renamed.
  return isCommon ? { type: "shared" } : { type: "own", name: first, path: "" };
}

/** Returns true for a file that a type check of a function may read. */
export function isCode(path: string): boolean {
  return path === "" || CODE.test(extname(path));
}

/** Files of a folder that the function's manifest names; paths are relative to the folder. */
export interface NamedFiles {
  readonly entry: string;
  readonly envFiles: readonly string[];
  /** Files and directories that the function itself writes. */
  readonly writable: readonly string[];
}

/** Returns true for a file that counts for a function even if the folder's rules ignore it. */
export function isConfiguration(path: string, { entry, envFiles }: NamedFiles): boolean {
  return path === entry || OWN_FILES.includes(path) || envFiles.includes(path);
}

/** SQLite writes these beside a database, see https://sqlite.org/tempfiles.html. */
const DATABASE_FILES = /-(?:wal|shm|journal)$/;

/** Returns true for a file that the function writes: a new process would write it again. */
export function isWritten(path: string, { writable }: NamedFiles): boolean {
  return writable.map((name) => name.replace(/\/$/, ""))
    .some((name) => path.replace(DATABASE_FILES, "") === name || path.startsWith(`${name}/`));
}
