import { statfs } from "node:fs/promises";

/** Usage of a bounded directory, in bytes. */
export interface DiskUsage {
  readonly usedBytes: number;
  readonly limitBytes: number;
}

/** Usage of the file system at a path, see statfs(2); `undefined` when the path does not exist. */
export async function readDiskUsage(path: string): Promise<DiskUsage | undefined> {
  try {
    const { blocks, bfree, bsize } = await statfs(path);
    return { usedBytes: (blocks - bfree) * bsize, limitBytes: blocks * bsize };
  } catch {
    return undefined;
  }
}
