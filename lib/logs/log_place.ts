import { basename, dirname, join } from "node:path";
import { holdPath } from "../system/held_path.ts";
import { holdTrustedPath, isOpenToOthers } from "../system/trusted_path.ts";

/** A log file's place: its name in a directory that is held, whatever becomes of that one's name. */
export interface LogPlace extends Disposable {
  /** A path by which this process reaches it. */
  readonly path: string;
  /** Puts the path that people know into a message. */
  readonly rename: (message: string) => string;
  /**
   * Opens the file for appending; it is made when it is missing. A symbolic link is followed where
   * root and the supervisor's own user alone may write to the directory.
   *
   * @throws {TypeError} when something else than a file is there, or what another user may have put
   * there to have this process write elsewhere
   */
  readonly open: () => Promise<OpenLog>;
}

/** A log file; the caller closes it. */
export interface OpenLog {
  readonly file: Deno.FsFile;
  /** In bytes, before anything is appended. */
  readonly size: number;
}

/**
 * Takes hold of the directory of a log file, which is made with those above it if it is missing. It
 * may belong to another user: no link of theirs leads to a directory that does not.
 *
 * @throws {UntrustedPathError} when one does
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
  const look = await held.stat();
  if (isOpen && (look.isSymbolicLink() || look.nlink > 1)) {
    throw new TypeError("It is a link, in a directory that others may write to");
  }
  // To open a pipe would wait for somebody who reads it.
  if (!look.isFile() && !look.isCharacterDevice()) {
    throw new TypeError("It is neither a file nor /dev/null");
  }
  return { file: await Deno.open(held.path, { append: true }), size: look.size };
}

function ignoreMissing(error: { readonly code?: string }): undefined {
  if (error.code !== "ENOENT") throw error;
}
