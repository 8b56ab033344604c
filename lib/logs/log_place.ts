import { basename, dirname, join } from "node:path";
import { holdPath } from "../system/held_path.ts";
import { holdTrustedPath, isOpenToOthers } from "../system/trusted_path.ts";

/** A file name in an open directory, which stays the same if the directory's path changes. */
export interface LogPlace extends Disposable {
  /** Path by which this process can access the file. */
  readonly path: string;
  /** Replaces that path in a message with the one that users know. */
  readonly rename: (message: string) => string;
  /**
   * Opens the file for appending, and creates it if it is missing. Follows a symbolic link only if
   * nobody but root and the supervisor's user can write to the directory.
   *
   * @throws {TypeError} if the path is something other than a file, or a link with which another
   * user could redirect the log
   */
  readonly open: () => Promise<OpenLog>;
}

/** A log file; the caller closes it. */
export interface OpenLog {
  readonly file: Deno.FsFile;
  /** Bytes before anything is appended. */
  readonly size: number;
}

/**
 * Opens the directory of a log file, and creates it with its parents if it is missing. It may belong
 * to another user, but links of that user may only lead to their own directories.
 *
 * @throws {UntrustedPathError} if a link leads elsewhere
 */
export async function holdLogPlace(path: string): Promise<LogPlace> {
  using stack = new DisposableStack();
  const directory = stack.use(await holdTrustedPath(dirname(path), { makeMode: 0o755 }));
  const isOpen = isOpenToOthers(await directory.stat());
  const at = join(directory.path, basename(path));
  const owned = stack.move();
  return {
    path: at,
    rename: (message) => message.replaceAll(`${directory.path}/`, `${dirname(path)}/`),
    open: () => openForAppend(at, isOpen),
    [Symbol.dispose]: () => owned.dispose(),
  };
}

async function openForAppend(path: string, isOpen: boolean): Promise<OpenLog> {
  using held = await holdPath(path, { isFollowing: !isOpen }).catch(ignoreMissing);
  if (held === undefined) {
    const make = isOpen ? { createNew: true } : { create: true };
    return { file: await Deno.open(path, { append: true, ...make, mode: 0o640 }), size: 0 };
  }
  const info = await held.stat();
  if (isOpen && (info.isSymbolicLink() || info.nlink > 1)) {
    throw new TypeError("It is a link in a directory that other users can write to");
  }
  // Opening a pipe would wait for a reader.
  if (!info.isFile() && !info.isCharacterDevice()) {
    throw new TypeError("It is neither a file nor /dev/null");
  }
  return { file: await Deno.open(held.path, { append: true }), size: info.size };
}

function ignoreMissing(error: { readonly code?: string }): undefined {
  if (error.code !== "ENOENT") throw error;
}
