import { statfs } from "node:fs/promises";

/** A disk with less free space or fewer free inodes counts as full. */
const LOW_BYTES = 16 * 1024 ** 2;
const LOW_FILES = 64;

/**
 * Returns true if the file system of a path is nearly full, or would be after writing `bytes` to it,
 * see statfs(2).
 */
export async function isDiskFull(path: string, bytes = 0): Promise<boolean> {
  try {
    const { bavail, bsize, files, ffree } = await statfs(path);
    // Some file systems have no limit of files and report 0.
    return bavail * bsize - bytes < LOW_BYTES || (files > 0 && ffree < LOW_FILES);
  } catch {
    return false;
  }
}
