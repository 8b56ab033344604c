import { join } from "node:path";
import { COMMON_FILES, SHARED_DIRECTORY } from "../function/layout.ts";
import type { Diagnostic } from "./diagnostics.ts";
import { localPath } from "./local_path.ts";
import { parseGraph } from "./module_graph.ts";

/** Where a function's code may be. */
export interface Surroundings {
  readonly functionsDirectory: string;
  /** The function's directory, under each name that it has. */
  readonly directories: readonly string[];
}

/**
 * The imports of local files that a served function would not see, from what `deno info --json` has
 * said: they are there for the check, and not in the sandbox. A text that is no graph has none.
 */
export function findStrayImports(json: string, surroundings: Surroundings): Diagnostic[] {
  return (parseGraph(json) ?? []).flatMap(({ specifier, dependencies = [] }) => {
    const file = localPath(specifier);
    // What a stray module imports is no news.
    if (file === undefined || !isSeen(file, surroundings)) return [];
    return dependencies.flatMap(({ code, type }) => {
      const dependency = code ?? type;
      const path = localPath(dependency?.specifier ?? "");
      if (path === undefined || isSeen(path, surroundings)) return [];
      const { line, character } = dependency?.span?.start ?? { line: 0, character: 0 };
      const message =
        `"${path}" is imported, and a function sees no more than its own folder and ` +
        `${SHARED_DIRECTORY}. Move it into one of them`;
      return [{ file, line: line + 1, column: character + 1, code: null, message }];
    });
  });
}

function isSeen(path: string, { functionsDirectory, directories }: Surroundings): boolean {
  const folders = [...directories, join(functionsDirectory, SHARED_DIRECTORY)];
  return folders.some((folder) => path.startsWith(`${folder}/`)) ||
    COMMON_FILES.some((file) => path === join(functionsDirectory, file));
}
