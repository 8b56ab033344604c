import { statfs } from "node:fs/promises";

/** How much of a bounded directory is used, in bytes. */
export interface DiskUsage {
  readonly usedBytes: number;
  readonly limitBytes: number;
}

/** What the file system at a path says, see statfs(2); nothing when the path leads nowhere. */
export async function readDiskUsage(path: string): Promise<DiskUsage | undefined> {
  try {
    const { blocks, bfree, bsize } = await statfs(path);
    return { usedBytes: (blocks - bfree) * bsize, limitBytes: blocks * bsize };
  } catch {
    return undefined;
  }
}
