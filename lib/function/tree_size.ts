import { type DirectoryReader, openDirectory } from "../system/directory_reader.ts";
import { MAX_TREE_DEPTH } from "./tree_count.ts";

/** How much there is in a directory. */
export interface TreeSize {
  readonly bytes: number;
  readonly entries: number;
}

/**
 * Counts what is below a directory, links not followed, until there is more than `most`; what is
 * nested deeper than {@linkcode MAX_TREE_DEPTH} levels is more than any.
 *
 * @throws {Deno.errors.NotFound} when there is no directory
 */
export async function measureTree(directory: string, most: TreeSize): Promise<TreeSize> {
  let bytes = 0;
  let entries = 0;
  using root = openDirectory(directory);
  if (root === undefined) throw new Deno.errors.NotFound(`There is no directory "${directory}"`);
  await measure(root, 1);
  return { bytes, entries };

  /** Gives whether there is more than is asked for. */
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

/** Of what is gone by now, or has a name that is not UTF-8, nothing. */
async function sizeOf(path: string): Promise<number> {
  try {
    return (await Deno.lstat(path)).size;
  } catch {
    return 0;
  }
}
