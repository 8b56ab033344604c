import { join } from "node:path";
import { changeTimeMs } from "./change_time.ts";
import type { SourceStamp } from "./source_state.ts";

/** Directories that tools write and that no entry depends on while it arrives. */
const SKIPPED = new Set([".git", "node_modules"]);

/** A tree's stamp, and what in it is neither file, directory nor link. */
export interface TreeStamp extends SourceStamp {
  /** Path of the first pipe, socket or device that was found. */
  readonly special: string | undefined;
}

/**
 * How the tree below `directory` looks from outside, which tells whether a copy is still under way.
 * At most `maxEntries` entries are looked at. The directory itself does not count: moving it into
 * place is no sign of more to come.
 */
export async function stampTree(directory: string, maxEntries = 5_000): Promise<TreeStamp> {
  const waiting = [directory];
  let changedAtMs = 0;
  let bytes = 0;
  let seen = 0;
  let special: string | undefined;
  while (waiting.length > 0 && seen < maxEntries) {
    const next = waiting.pop()!;
    for (const entry of await readEntries(next, maxEntries)) {
      if (++seen > maxEntries) break;
      if (SKIPPED.has(entry.name)) continue;
      const path = join(next, entry.name);
      const file = await statEntry(path);
      if (file !== undefined) changedAtMs = Math.max(changedAtMs, changeTimeMs(file));
      if (file !== undefined && isSpecial(file)) special ??= path;
      bytes += file?.size ?? 0;
      if (entry.isDirectory) waiting.push(path);
    }
  }
  // A copy that preserves times may show in nothing but what has arrived.
  return { text: `${seen}:${bytes}:${changedAtMs}`, changedAtMs, special };
}

async function readEntries(directory: string, maxEntries: number): Promise<Deno.DirEntry[]> {
  try {
    const entries: Deno.DirEntry[] = [];
    for await (const entry of Deno.readDir(directory)) {
      if (entries.push(entry) === maxEntries) break;
    }
    return entries;
  } catch {
    return [];
  }
}

async function statEntry(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.lstat(path);
  } catch {
    return undefined;
  }
}

function isSpecial(file: Deno.FileInfo): boolean {
  return !(file.isFile || file.isDirectory || file.isSymlink);
}
