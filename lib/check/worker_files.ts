import { openFolderReader } from "../function/contained_file.ts";
import { findWorkers } from "./find_workers.ts";

/** Maximum number of modules that are searched for workers. */
const MAX_SEARCHED = 2_000;

/** Installed packages start few workers, and have many modules. */
const INSTALLED = "/node_modules/";

/** Part of a check's search for workers that is left. */
export interface SearchBudget {
  /** UTF-16 units of modules. */
  units: number;
}

/**
 * Returns the budget of one check. The search runs in the supervisor, and the worst text of this
 * length takes it some seconds.
 */
export function openSearchBudget(): SearchBudget {
  return { units: 8 * 1024 ** 2 };
}

/**
 * Reads modules in a function's folder, and returns the files that they start as workers. Skips
 * modules that are missing, too large or outside the folder, and all others once the budget is spent.
 */
export async function findWorkerFiles(
  directory: string,
  { modules, budget }: {
    /** Absolute paths. */
    readonly modules: readonly string[];
    readonly budget: SearchBudget;
  },
): Promise<string[]> {
  using folder = await openFolderReader(directory).catch(() => undefined) ?? NO_FOLDER;
  const own = modules
    .filter((path) => path.startsWith(`${directory}/`) && !path.includes(INSTALLED))
    .slice(0, MAX_SEARCHED);
  const found: string[] = [];
  for (const path of own) {
    if (budget.units <= 0) break;
    const text = await folder.text(path).catch(() => undefined);
    if (text === undefined) continue;
    budget.units -= text.length;
    found.push(...findWorkers({ path, text }, directory));
  }
  return [...new Set(found)];
}

const NO_FOLDER = { text: () => Promise.resolve(undefined), [Symbol.dispose]() {} };
