import { openFolderReader } from "../function/contained_file.ts";
import { findWorkers } from "./find_workers.ts";

/** Maximum number of modules that are searched for workers. */
const MAX_SEARCHED = 2_000;

/** Installed packages start few workers, and have many modules. */
const INSTALLED = "/node_modules/";

/**
 * Reads modules in a function's folder, and returns the files that they start as workers. Skips
 * modules that are missing, too large or outside the folder.
 */
export async function findWorkerFiles(
  directory: string,
  modules: readonly string[],
): Promise<string[]> {
  using folder = await openFolderReader(directory).catch(() => undefined) ?? NO_FOLDER;
  const own = modules
    .filter((path) => path.startsWith(`${directory}/`) && !path.includes(INSTALLED))
    .slice(0, MAX_SEARCHED);
  const found: string[] = [];
  for (const path of own) {
    const text = await folder.text(path).catch(() => undefined);
    if (text !== undefined) found.push(...findWorkers({ path, text }, directory));
  }
  return [...new Set(found)];
}

const NO_FOLDER = { text: () => Promise.resolve(undefined), [Symbol.dispose]() {} };
