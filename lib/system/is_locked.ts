/**
 * Returns true while somebody holds a lock (flock(2)) of a file. Never waits: another user may hold
 * the lock for ever. A file that no longer exists has no lock.
 */
export function isLocked(path: string): boolean {
  try {
    using file = Deno.openSync(path, { read: true });
    return !file.tryLockSync(true);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
