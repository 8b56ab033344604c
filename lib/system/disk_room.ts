import { statfs } from "node:fs/promises";

/** Less than this is no room to work in. */
const LOW_BYTES = 16 * 1024 ** 2;
const LOW_FILES = 64;

/** Whether the file system that a path is on is as good as full, see statfs(2). */
export async function isDiskFull(path: string): Promise<boolean> {
  try {
    const { bavail, bsize, files, ffree } = await statfs(path);
    // Some file systems have no bound of files, and say 0.
    return bavail * bsize < LOW_BYTES || (files > 0 && ffree < LOW_FILES);
  } catch {
    return false;
  }
}
