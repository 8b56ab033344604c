import { join } from "node:path";
import { createYieldToEventLoop } from "../system/yield_to_event_loop.ts";
import { type DirectoryReader, openDirectory } from "../system/directory_reader.ts";
import { changeTimeMs } from "./change_time.ts";
import type { SourceStamp } from "./source_state.ts";
import { MAX_TREE_DEPTH } from "./tree_count.ts";

/** Directories that tools write and that no entry depends on while it arrives. */
const SKIPPED = new Set([".git", "node_modules"]);

/** A tree's stamp, and what in it is neither file, directory nor link. */
export interface TreeStamp extends SourceStamp {
  /** Path of the first pipe, socket or device that was found. */
  readonly special: string | undefined;
  /** Paths of the directories that were looked through, the tree's own not among them. */
  readonly directories: readonly string[];
}

/** Options for looking at a tree. */
export interface TreeStampOptions {
  /** Maximum number of entries. */
  readonly maxEntries?: number;
  /** Its file system answers at once. */
  readonly isQuick?: boolean;
}

/**
 * How the tree below `directory` looks from outside, which tells whether a copy is still under way.
 * At most `maxEntries` entries are looked at. The directory itself does not count: moving it into
 * place is no sign of more to come.
 */
export async function stampTree(
  directory: string,
  { maxEntries = 5_000, isQuick = false }: TreeStampOptions = {},
): Promise<TreeStamp> {
  const breathe = createYieldToEventLoop();
  const directories: string[] = [];
  let changedAtMs = 0;
  let bytes = 0;
  let seen = 0;
  let special: string | undefined;
  using root = openDirectory(directory);
  if (root !== undefined) await lookThrough(root, { path: directory, depth: 1 });
  // A copy that preserves times may show in nothing but what has arrived.
  return { text: `${seen}:${bytes}:${changedAtMs}`, changedAtMs, special, directories };

  async function lookThrough(
    reader: DirectoryReader,
    { path, depth }: { readonly path: string; readonly depth: number },
  ): Promise<void> {
    for (let piece = await reader.next(); piece.length > 0; piece = await reader.next()) {
      for (const entry of piece) {
        if (++seen > maxEntries) return;
        if (SKIPPED.has(entry.name)) continue;
        const own = join(path, entry.name);
        const pause = breathe();
        if (pause !== undefined) await pause;
        const look = statEntry(`${reader.path}/${entry.name}`, isQuick);
        const file = look instanceof Promise ? await look : look;
        if (file === undefined) continue;
        changedAtMs = Math.max(changedAtMs, changeTimeMs(file));
        bytes += file.size;
        if (isSpecial(file)) special ??= own;
        if (!file.isDirectory || depth === MAX_TREE_DEPTH) continue;
        using child = reader.openChild(entry);
        if (child === undefined) continue;
        directories.push(own);
        await lookThrough(child, { path: own, depth: depth + 1 });
        if (seen > maxEntries) return;
      }
    }
  }
}

/** Of what is gone by now, and of what has a name that is not UTF-8, nothing. */
function statEntry(
  path: string,
  isQuick: boolean,
): Deno.FileInfo | undefined | Promise<Deno.FileInfo | undefined> {
  if (!isQuick) return Deno.lstat(path).catch(() => undefined);
  try {
    return Deno.lstatSync(path);
  } catch {
    return undefined;
  }
}

function isSpecial(file: Deno.FileInfo): boolean {
  return !(file.isFile || file.isDirectory || file.isSymlink);
}
