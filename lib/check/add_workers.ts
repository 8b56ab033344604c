import { findWorkerFiles, openSearchBudget } from "./worker_files.ts";

/** Options of {@linkcode addWorkers}. */
export interface AddWorkersOptions {
  /** Path at which the check sees the function's directory. */
  readonly directory: string;
  /** Reads the module graph of one worker, and caches what it imports. */
  readonly readGraph: (entry: string) => Promise<WorkerGraph>;
}

/** Modules of a function with all its workers. */
export interface WithWorkers extends WorkerGraph {
  /** Absolute paths of the workers. */
  readonly workers: readonly string[];
}

/** Modules of one worker. */
export interface WorkerGraph {
  /** Absolute paths of local modules. */
  readonly modules: readonly string[];
  /** The host or the network failed. */
  readonly isPassing: boolean;
}

/** Maximum number of workers of one function. */
const MAX_WORKERS = 32;

/**
 * Adds the workers that modules start, and the modules that these import. A worker is no error of
 * the check: it may be missing, or need types that only workers have, and is loaded when it starts.
 */
export async function addWorkers(
  entryModules: readonly string[],
  { directory, readGraph }: AddWorkersOptions,
): Promise<WithWorkers> {
  const modules = new Set(entryModules);
  const workers = new Set<string>();
  const budget = openSearchBudget();
  let isPassing = false;
  for (let added = [...modules]; added.length > 0 && workers.size < MAX_WORKERS;) {
    const found = await findWorkerFiles(directory, { modules: added, budget });
    const files = found.filter((file) => !workers.has(file));
    added = [];
    for (const file of files.slice(0, MAX_WORKERS - workers.size)) {
      workers.add(file);
      const graph = await readGraph(file);
      isPassing ||= graph.isPassing;
      // A missing worker counts too: the function reloads once the file is there.
      for (const path of [file, ...graph.modules]) {
        if (modules.has(path)) continue;
        modules.add(path);
        added.push(path);
      }
    }
  }
  return { modules: [...modules].sort(), workers: [...workers].sort(), isPassing };
}
