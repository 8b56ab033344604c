import { join } from "node:path";
import { type DirectoryReader, openDirectory } from "../system/directory_reader.ts";
import { createYieldToEventLoop } from "../system/yield_to_event_loop.ts";
import { SECRET_FILES } from "./layout.ts";
import { MAX_TREE_DEPTH } from "./tree_count.ts";

/** All users can read. */
const READ = 0o004;
/** All users can read and enter. */
const READ_AND_ENTER = 0o005;

/** Options of {@linkcode describeUnreadable}. */
export interface UnreadableOptions {
  readonly maxEntries?: number;
  /** Absolute paths of files that only the supervisor reads. */
  readonly except?: readonly string[];
}

/** Maximum number of entries to look at: each start does it. */
const MAX_ENTRIES = 2_000;

/** Number of names in the sentence. */
const MAX_NAMES = 3;

/**
 * Returns a sentence about the files in a function's folder that its own user can't read, because
 * not all users can; `undefined` if there are none. Looks at the first 2,000 entries without
 * `node_modules` and hidden names, and follows no link. Modules of the function are another matter:
 * without them it does not start, see `unreadableReason`.
 */
export async function describeUnreadable(
  directory: string,
  { maxEntries = MAX_ENTRIES, except = [] }: UnreadableOptions = {},
): Promise<string | undefined> {
  const skipped = new Set([...SECRET_FILES.map((file) => join(directory, file)), ...except]);
  const yieldToEventLoop = createYieldToEventLoop();
  const found: string[] = [];
  let seen = 0;
  using root = openDirectory(directory);
  if (root !== undefined) await lookThrough(root, { path: "", depth: 1 });
  if (found.length === 0) return undefined;
  const named = found.slice(0, MAX_NAMES).map((name) => JSON.stringify(name)).join(", ");
  const rest = found.length - MAX_NAMES;
  return `Its own user can't read ${named}${rest > 0 ? ` and ${rest} more` : ""} in its folder. ` +
    `Run: chmod -R a+rX "${directory}"`;

  async function lookThrough(
    reader: DirectoryReader,
    { path, depth }: { readonly path: string; readonly depth: number },
  ): Promise<void> {
    for (let piece = await reader.next(); piece.length > 0; piece = await reader.next()) {
      for (const entry of piece) {
        if (++seen > maxEntries) return;
        const pause = yieldToEventLoop();
        if (pause !== undefined) await pause;
        const own = join(path, entry.name);
        if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
        if (skipped.has(join(directory, own))) continue;
        const file = await Deno.lstat(`${reader.path}/${entry.name}`).catch(() => undefined);
        if (file === undefined || !(file.isFile || file.isDirectory)) continue;
        const needed = file.isDirectory ? READ_AND_ENTER : READ;
        if (((file.mode ?? needed) & needed) !== needed) {
          found.push(own);
          continue;
        }
        using child = file.isDirectory && depth < MAX_TREE_DEPTH
          ? reader.openChild(entry)
          : undefined;
        if (child !== undefined) await lookThrough(child, { path: own, depth: depth + 1 });
        if (seen > maxEntries) return;
      }
    }
  }
}
