import { statfs } from "node:fs/promises";

/** Usage of a limited directory, in bytes. */
export interface DiskUsage {
  readonly usedBytes: number;
  readonly limitBytes: number;
}

/** Reads the usage of a file system, see statfs(2); `undefined` when `path` does not exist. */
export async function readDiskUsage(path: string): Promise<DiskUsage | undefined> {
  try {
    const { blocks, bfree, bsize } = await statfs(path);
    return { usedBytes: (blocks - bfree) * bsize, limitBytes: blocks * bsize };
  } catch {
    return undefined;
  }
}
