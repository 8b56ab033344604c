import { join } from "node:path";
import { createYieldToEventLoop } from "../system/yield_to_event_loop.ts";
import { type DirectoryReader, openDirectory } from "../system/directory_reader.ts";
import { changeTimeMs } from "./change_time.ts";
import type { SourceStamp } from "./source_state.ts";
import { MAX_TREE_DEPTH, UNSCANNED } from "./tree_count.ts";

/** Fingerprint of a directory tree. */
export interface TreeStamp extends Omit<SourceStamp, "empty"> {
  /** Path of the first pipe, socket or device, if there is one. */
  readonly special: string | undefined;
  /** Paths of all subdirectories. */
  readonly directories: readonly string[];
}

/** Options of {@linkcode stampTree}. */
export interface TreeStampOptions {
  /** Maximum number of entries to read. */
  readonly maxEntries?: number;
  /** Call lstat(2) synchronously, for local file systems. */
  readonly isQuick?: boolean;
}

/**
 * Computes a fingerprint of the tree below `directory`, which changes while a copy is in progress.
 * Reads at most `maxEntries` entries. Ignores the directory itself, because moving it into place is
 * not a sign of more changes.
 */
export async function stampTree(
  directory: string,
  { maxEntries = 5_000, isQuick = false }: TreeStampOptions = {},
): Promise<TreeStamp> {
  const yieldToEventLoop = createYieldToEventLoop();
  const directories: string[] = [];
  let changedAtMs = 0;
  let bytes = 0;
  let seen = 0;
  let special: string | undefined;
  using root = openDirectory(directory);
  if (root !== undefined) await lookThrough(root, { path: directory, depth: 1 });
  // A copy that preserves times changes only the number and size of files.
  return { text: `${seen}:${bytes}:${changedAtMs}`, changedAtMs, special, directories };

  async function lookThrough(
    reader: DirectoryReader,
    { path, depth }: { readonly path: string; readonly depth: number },
  ): Promise<void> {
    for (let piece = await reader.next(); piece.length > 0; piece = await reader.next()) {
      for (const entry of piece) {
        if (++seen > maxEntries) return;
        if (UNSCANNED.has(entry.name)) continue;
        const own = join(path, entry.name);
        const pause = yieldToEventLoop();
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

/** Returns `undefined` for a file that was removed meanwhile or whose name is not UTF-8. */
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
