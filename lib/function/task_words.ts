import { join } from "node:path";
import { ConfigError } from "../config/json_file.ts";
import { openFolderReader } from "./contained_file.ts";
import { SHARED_DIRECTORY } from "./layout.ts";

/** Options of {@linkcode usesTaskWords}. */
export interface TaskWordsOptions {
  readonly functionsDirectory: string;
  /** The function's folder. */
  readonly directory: string;
  /** Absolute paths of its modules; others than its own and shared ones are ignored. */
  readonly modules: readonly string[];
}

/** Maximum number of modules to read: a function whose tasks are in others starts with a request. */
const MAX_MODULES = 200;

/**
 * Returns true if the text of a module contains the names of `Deno.cron` or `listenQueue`. That it
 * calls one of them shows only when it runs.
 *
 * @example
 * ```ts
 * import { hasTaskWords } from "./task_words.ts";
 * hasTaskWords("const { cron } = Deno;"); // true
 * ```
 */
export function hasTaskWords(text: string): boolean {
  return /\blistenQueue\b/.test(text) || (/\bDeno\b/.test(text) && /\bcron\b/.test(text));
}

/** Reads a function's modules until one has the words of {@linkcode hasTaskWords}. */
export async function usesTaskWords(options: TaskWordsOptions): Promise<boolean> {
  const { functionsDirectory, directory, modules } = options;
  let left = MAX_MODULES;
  for (const root of [directory, join(functionsDirectory, SHARED_DIRECTORY)]) {
    using folder = await openFolderReader(root);
    if (folder === undefined) continue;
    for (const path of modules) {
      if (!path.startsWith(`${root}/`) || path.includes("/node_modules/")) continue;
      if (left-- === 0) return false;
      try {
        if (hasTaskWords(await folder.text(path) ?? "")) return true;
      } catch (error) {
        // Such as a link to another place.
        if (!(error instanceof ConfigError)) throw error;
      }
    }
  }
  return false;
}
