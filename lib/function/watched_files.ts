import { join } from "node:path";
import { ConfigError } from "../config/json_file.ts";
import { SETTINGS_FILE } from "../config/load_settings.ts";
import { type DirectoryReader, openDirectory } from "../system/directory_reader.ts";
import { createYieldToEventLoop } from "../system/yield_to_event_loop.ts";
import { type GlobState, globState, isMatch, stepInto } from "./glob.ts";
import { MAX_TREE_DEPTH } from "./tree_count.ts";

/** Files of a function's folder, besides its modules, whose change reloads the function. */
export interface WatchRule {
  /** Patterns as `parseWatchPattern` returns them. */
  readonly patterns: readonly string[];
  /** Relative paths that do not count: the function writes there. */
  readonly except: readonly string[];
}

/** Result of {@linkcode findWatchedFiles}. */
export interface WatchedFiles {
  /** Absolute paths of files and links, sorted. */
  readonly files: readonly string[];
  /** Absolute paths of the directories that were read, without the folder itself, sorted. */
  readonly directories: readonly string[];
  /** There are more than {@linkcode MAX_WATCHED}, so none counts. */
  readonly isTooMany: boolean;
}

/** Maximum number of entries to look at: each scan calls stat(2) for the files among them. */
export const MAX_WATCHED = 10_000;

/** Result without a rule. */
export const NOTHING_WATCHED: WatchedFiles = { files: [], directories: [], isTooMany: false };

const TOO_MANY: WatchedFiles = { files: [], directories: [], isTooMany: true };

/** Directories that never count. */
const SKIPPED = "node_modules";

/**
 * Finds the files that a rule covers in a folder. Reads only directories in which a pattern can
 * match, and follows no link. Does not block the event loop.
 */
export async function findWatchedFiles(
  directory: string,
  { patterns, except }: WatchRule,
  { maxEntries = MAX_WATCHED }: { readonly maxEntries?: number } = {},
): Promise<WatchedFiles> {
  const yieldToEventLoop = createYieldToEventLoop();
  const files: string[] = [];
  const directories: string[] = [];
  let seen = 0;
  using root = openDirectory(directory);
  if (root !== undefined) {
    await lookThrough(root, { path: "", state: globState(patterns), depth: 1 });
  }
  if (seen > maxEntries) return TOO_MANY;
  return { files: files.sort(), directories: directories.sort(), isTooMany: false };

  async function lookThrough(
    reader: DirectoryReader,
    { path, state, depth }: {
      readonly path: string;
      readonly state: GlobState;
      readonly depth: number;
    },
  ): Promise<void> {
    for (let piece = await reader.next(); piece.length > 0; piece = await reader.next()) {
      for (const entry of piece) {
        if (++seen > maxEntries) return;
        const pause = yieldToEventLoop();
        if (pause !== undefined) await pause;
        const own = join(path, entry.name);
        if (entry.name === SKIPPED || except.includes(own)) continue;
        const next = stepInto(state, entry.name);
        if (next.length === 0) continue;
        const isDirectory = entry.type === "directory" || entry.type === "unknown";
        using child = isDirectory && depth < MAX_TREE_DEPTH ? reader.openChild(entry) : undefined;
        if (child !== undefined) {
          directories.push(join(directory, own));
          await lookThrough(child, { path: own, state: next, depth: depth + 1 });
          if (seen > maxEntries) return;
        } else if (entry.type !== "special" && entry.type !== "directory" && isMatch(next)) {
          files.push(join(directory, own));
        }
      }
    }
  }
}

/**
 * Requires that a rule of a function's manifest does not cover too many files.
 *
 * @throws {ConfigError} if it does
 */
export async function requireFew(directory: string, rule: WatchRule): Promise<void> {
  if (!(await findWatchedFiles(directory, rule)).isTooMany) return;
  throw new ConfigError(
    `${join(directory, SETTINGS_FILE)} has a "watch" with more than ${MAX_WATCHED} files and ` +
      "folders to look at. List fewer, such as templates/**",
  );
}
