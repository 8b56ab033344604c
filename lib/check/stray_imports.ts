import { join } from "node:path";
import { COMMON_FILES, SHARED_DIRECTORY } from "../function/layout.ts";
import type { Diagnostic } from "./diagnostics.ts";
import { localPath } from "./local_path.ts";
import { parseGraph } from "./module_graph.ts";

/** Directories in which a function's code may be. */
export interface Surroundings {
  readonly functionsDirectory: string;
  /** All paths of the function's directory. */
  readonly directories: readonly string[];
}

/**
 * Returns imports of local files that exist for the check but not in a function's sandbox, from the
 * output of `deno info --json`. Returns none if the text is not a graph.
 */
export function findStrayImports(json: string, surroundings: Surroundings): Diagnostic[] {
  return (parseGraph(json) ?? []).flatMap(({ specifier, dependencies = [] }) => {
    const file = localPath(specifier);
    // Imports of such a file itself don't matter.
    if (file === undefined || !isVisible(file, surroundings)) return [];
    return dependencies.flatMap(({ code, type }) => {
      const dependency = code ?? type;
      const path = localPath(dependency?.specifier ?? "");
      if (path === undefined || isVisible(path, surroundings)) return [];
      const { line, character } = dependency?.span?.start ?? { line: 0, character: 0 };
      const message =
        `Cannot import "${path}": a function sees only its own folder and ${SHARED_DIRECTORY}. ` +
        "Move the file into one of them";
      return [{ file, line: line + 1, column: character + 1, code: null, message }];
    });
  });
}

function isVisible(path: string, { functionsDirectory, directories }: Surroundings): boolean {
  const folders = [...directories, join(functionsDirectory, SHARED_DIRECTORY)];
  return folders.some((folder) => path.startsWith(`${folder}/`)) ||
    COMMON_FILES.some((file) => path === join(functionsDirectory, file));
}
