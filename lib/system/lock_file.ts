import { dirname } from "node:path";
import { openSocketLibrary } from "./socket_library.ts";

/** A locked file; disposal or the end of this process releases the lock, and removes the file. */
export interface LockFile extends Disposable {
  /** Returns the text for other processes. */
  readonly read: () => string;
  /** Replaces the text, unless the disk is full. */
  readonly write: (text: string) => void;
  /** Closes the file and does not remove it: another process has the same lock. */
  readonly leave: () => void;
}

/**
 * Locks the file at `path` exclusively (flock(2)) and returns the lock; `undefined` if another
 * process holds it. Creates the file and its directory if they are missing, and writes `text` for
 * other processes to read, unless the disk is full. The kernel releases the lock when the process
 * exits for any reason. A release removes the file, so a lock is valid only if the file is still the
 * one at that path.
 */
export function acquireLockFile(path: string, text = ""): LockFile | undefined {
  for (;;) {
    Deno.mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
    const file = openLockFile(path);
    if (file === undefined) continue;
    if (!file.tryLockSync(true)) {
      file.close();
      return undefined;
    }
    if (file.statSync().ino === inodeAt(path)) {
      write(path, text);
      return held(path, () => file.close());
    }
    file.close();
  }
}

/**
 * Returns true if a process holds the lock on the file at `path`. Holds the lock itself for a
 * moment.
 */
export function isLocked(path: string): boolean {
  try {
    using file = Deno.openSync(path, { read: true, write: true });
    return !file.tryLockSync(true);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * Returns the lock on the file at `path` if one of these open descriptors is that file, locked by a
 * process that has passed it to this one. The kernel releases such a lock when both have closed it.
 */
export function takeInheritedLock(
  path: string,
  descriptors: readonly number[],
): LockFile | undefined {
  const inode = inodeAt(path);
  const descriptor = descriptors.find((one) => inodeAt(`/proc/self/fd/${one}`) === inode);
  if (inode === undefined || descriptor === undefined || !isLocked(path)) return undefined;
  return held(path, () => {
    using library = openSocketLibrary();
    library.symbols.close(descriptor);
  });
}

function held(path: string, close: () => void): LockFile {
  return {
    read: () => readText(path),
    write: (text) => write(path, text),
    leave: close,
    [Symbol.dispose]() {
      removeLockFile(path);
      close();
    },
  };
}

function readText(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}

function write(path: string, text: string): void {
  try {
    Deno.writeTextFileSync(path, text, { create: false });
  } catch {
    // The disk is full. The lock works without the text.
  }
}

function openLockFile(path: string): Deno.FsFile | undefined {
  try {
    return Deno.openSync(path, { read: true, write: true, create: true, mode: 0o600 });
  } catch (error) {
    // Another process removed the empty directory.
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function inodeAt(path: string): number | null | undefined {
  try {
    return Deno.statSync(path).ino;
  } catch {
    return undefined;
  }
}

function removeLockFile(path: string): void {
  try {
    Deno.removeSync(path);
    // Removes the directory after its last lock.
    Deno.removeSync(dirname(path));
  } catch {
    // The directory has other locks.
  }
}
