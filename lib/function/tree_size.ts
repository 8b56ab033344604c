import { type DirectoryReader, openDirectory } from "../system/directory_reader.ts";
import { MAX_TREE_DEPTH } from "./tree_count.ts";

/** Size of a directory tree. */
export interface TreeSize {
  readonly bytes: number;
  readonly entries: number;
}

/**
 * Measures the tree below a directory, without following links, until it is larger than `most`. A
 * tree with more than {@linkcode MAX_TREE_DEPTH} levels has infinitely many entries.
 *
 * @throws {Deno.errors.NotFound} if the directory does not exist
 */
export async function measureTree(directory: string, most: TreeSize): Promise<TreeSize> {
  let bytes = 0;
  let entries = 0;
  using root = openDirectory(directory);
  if (root === undefined) throw new Deno.errors.NotFound(`"${directory}" does not exist`);
  await measure(root, 1);
  return { bytes, entries };

  /** Returns true if the tree is larger than `most`. */
  async function measure(reader: DirectoryReader, depth: number): Promise<boolean> {
    for (let piece = await reader.next(); piece.length > 0; piece = await reader.next()) {
      for (const entry of piece) {
        entries++;
        bytes += await sizeOf(`${reader.path}/${entry.name}`);
        if (depth === MAX_TREE_DEPTH) entries = Infinity;
        if (bytes > most.bytes || entries > most.entries) return true;
        if (entry.type !== "directory" && entry.type !== "unknown") continue;
        using child = reader.openChild(entry);
        if (child !== undefined && await measure(child, depth + 1)) return true;
      }
    }
    return false;
  }
}

/** Returns 0 for a file that was removed meanwhile or whose name is not UTF-8. */
async function sizeOf(path: string): Promise<number> {
  try {
    return (await Deno.lstat(path)).size;
  } catch {
    return 0;
  }
}
