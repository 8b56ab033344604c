import { dirname } from "node:path";

/** A file that is locked for as long as this process lives or until it is released. */
export type LockFile = Disposable;

/**
 * Takes an exclusive lock on the file at `path` (flock(2)), which is made if it is missing, or
 * gives `undefined` when another process holds it. The kernel drops the lock of a process that
 * dies, whatever it died of. A release removes the file; so a lock counts only if the file is still
 * the one at that path, and not one that its last holder has just removed.
 */
export function acquireLockFile(path: string): LockFile | undefined {
  for (;;) {
    Deno.mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
    const file = openLockFile(path);
    if (file === undefined) continue;
    if (!file.tryLockSync(true)) {
      file.close();
      return undefined;
    }
    if (file.statSync().ino === inodeAt(path)) {
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
