import { dirname } from "node:path";

/** A file that is locked for as long as this process lives or until it is released. */
export type LockFile = Disposable;

/**
 * Takes an exclusive lock on the file at `path` (flock(2)), which is made if it is missing, or
 * gives `undefined` when another process holds it. The kernel drops the lock of a process that
 * dies, whatever it died of. A release removes the file; so a lock counts only if the file is still
 * the one at that path, and not one that its last holder has just removed.
 *
 * `text` is for others to read from the file, as far as there is room on the disk.
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
      write(file, text);
      return {
        [Symbol.dispose]() {
          removeLockFile(path);
          file.close();
        },
      };
    }
    file.close();
  }
}

/**
 * Whether a process holds the lock on the file at `path`; not when there is no such file. It is held
 * for the moment that the question takes.
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

function write(file: Deno.FsFile, text: string): void {
  try {
    file.truncateSync(0);
    file.writeSync(new TextEncoder().encode(text));
  } catch {
    // A full disk: the lock is what counts.
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
    // The directory goes with its last lock.
    Deno.removeSync(dirname(path));
  } catch {
    // Other locks are in it.
  }
}
