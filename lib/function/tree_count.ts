import { createYieldToEventLoop } from "../system/yield_to_event_loop.ts";
import { type DirectoryReader, openDirectory } from "../system/directory_reader.ts";

/** Number of entries in a tree, or why it was not counted to the end. */
export type TreeCount =
  | { readonly type: "counted"; readonly entries: number }
  | { readonly type: "tooMany" }
  | { readonly type: "tooDeep" };

/** Each level keeps a descriptor open. */
export const MAX_TREE_DEPTH = 100;

/**
 * Counts what is below a directory, links not followed and other file systems not entered, and
 * stops at more than `maxEntries` entries or {@linkcode MAX_TREE_DEPTH} levels. The names are read
 * beside the event loop, a piece at a time.
 */
export async function countTree(directory: string, maxEntries: number): Promise<TreeCount> {
  const breathe = createYieldToEventLoop();
  let entries = 0;
  using root = openDirectory(directory);
  const last = root === undefined ? undefined : await count(root, 1);
  return last ?? { type: "counted", entries };

  /** Gives what is the last word already. */
  async function count(reader: DirectoryReader, depth: number): Promise<TreeCount | undefined> {
    for (let piece = await reader.count(); piece !== undefined; piece = await reader.count()) {
      entries += piece.entries;
      if (entries > maxEntries) return { type: "tooMany" };
      for (const entry of piece.directories) {
        await breathe();
        using child = reader.openChild(entry);
        if (child === undefined) continue;
        if (depth === MAX_TREE_DEPTH) return { type: "tooDeep" };
        const last = await count(child, depth + 1);
        if (last !== undefined) return last;
      }
    }
    return undefined;
  }
}
