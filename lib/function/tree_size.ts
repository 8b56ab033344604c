import { join } from "node:path";

/** How much there is in a directory. */
export interface TreeSize {
  readonly bytes: number;
  readonly entries: number;
}

/** Counts what is below a directory, links not followed, until there is more than `most`. */
export async function measureTree(directory: string, most: TreeSize): Promise<TreeSize> {
  const waiting = [directory];
  let bytes = 0;
  let entries = 0;
  while (waiting.length > 0) {
    const next = waiting.pop()!;
    for await (const entry of Deno.readDir(next)) {
      const path = join(next, entry.name);
      bytes += (await Deno.lstat(path)).size;
      entries++;
      if (bytes > most.bytes || entries > most.entries) return { bytes, entries };
      if (entry.isDirectory) waiting.push(path);
    }
  }
  return { bytes, entries };
}
