import { createYieldToEventLoop } from "../system/yield_to_event_loop.ts";
import { type DirectoryReader, openDirectory } from "../system/directory_reader.ts";

/** Number of entries in a tree, or the reason why the count stopped. */
export type TreeCount =
  | { readonly type: "counted"; readonly entries: number }
  | { readonly type: "tooMany" }
  | { readonly type: "tooDeep" };

/**
 * Directories of installed packages and of history: no scan looks into them, and a project has
 * easily 100,000 files there.
 */
export const UNSCANNED: ReadonlySet<string> = new Set([".git", "node_modules"]);

/** Each level keeps a descriptor open. */
export const MAX_TREE_DEPTH = 100;

/**
 * Counts the entries below a directory, without following links or entering other file systems, and
 * without the contents of {@linkcode UNSCANNED} directories.
 * Stops after `maxEntries` entries or {@linkcode MAX_TREE_DEPTH} levels. Does not block the event
 * loop.
 */
export async function countTree(directory: string, maxEntries: number): Promise<TreeCount> {
  const yieldToEventLoop = createYieldToEventLoop();
  let entries = 0;
  using root = openDirectory(directory);
  const last = root === undefined ? undefined : await count(root, 1);
  return last ?? { type: "counted", entries };

  /** Returns the reason to stop, if there is one. */
  async function count(reader: DirectoryReader, depth: number): Promise<TreeCount | undefined> {
    for (let piece = await reader.count(); piece !== undefined; piece = await reader.count()) {
      entries += piece.entries;
      if (entries > maxEntries) return { type: "tooMany" };
      for (const entry of piece.directories) {
        await yieldToEventLoop();
        if (UNSCANNED.has(entry.name)) continue;
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
