import { createHash } from "node:crypto";
import { join } from "node:path";
import { configurationFiles } from "./layout.ts";
import { hashFiles } from "./source_state.ts";
import { stampTree } from "./tree_activity.ts";

/** The modules of a function's graph, as a check has named them. */
export interface Modules {
  /** Absolute paths; some of them may be missing. */
  readonly paths: readonly string[];
  /**
   * Whether the graph is all that matters. Behind a check that failed it is not: what was missing
   * or could not be read may have had imports of its own, so that any change below the function's
   * directory is worth another check.
   */
  readonly isComplete: boolean;
}

/** What is known of a function that no check has seen. */
export const NO_MODULES: Modules = { paths: [], isComplete: true };

/** The files that a function's revision is taken over: its configuration and its modules. */
export function sourceFiles(
  functionsDirectory: string,
  name: string,
  modules: Modules,
): readonly string[] {
  return [...new Set([...configurationFiles(functionsDirectory, name), ...modules.paths])];
}

/** The part of a function's revision that is in its own folder, as it is now. */
export async function takeOwnRevision(
  functionsDirectory: string,
  name: string,
  modules: Modules,
): Promise<string> {
  const folder = `${join(functionsDirectory, name)}/`;
  const files = sourceFiles(functionsDirectory, name, modules);
  return await hashFiles(functionsDirectory, files.filter((file) => file.startsWith(folder)));
}

/** A function's revision as it is now: 64 hexadecimal digits. */
export async function takeRevision(
  functionsDirectory: string,
  name: string,
  modules: Modules,
): Promise<string> {
  const hash = await hashFiles(functionsDirectory, sourceFiles(functionsDirectory, name, modules));
  if (modules.isComplete) return hash;
  const tree = await stampTree(join(functionsDirectory, name));
  return createHash("sha256").update(hash).update(tree.text).digest("hex");
}
