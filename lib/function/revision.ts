import { createHash } from "node:crypto";
import { join } from "node:path";
import { configurationFiles } from "./layout.ts";
import { hashFiles } from "./source_state.ts";
import { stampTree } from "./tree_activity.ts";

/** Modules of a function's graph, as found by a check. */
export interface Modules {
  /** Absolute paths; some of them may not exist. */
  readonly paths: readonly string[];
  /**
   * The graph has all modules. It does not after a failed check: a missing or unreadable module may
   * have imports of its own, so any change in the function's folder needs a new check.
   */
  readonly isComplete: boolean;
}

/** Modules of a function before its first check. */
export const NO_MODULES: Modules = { paths: [], isComplete: true };

/** Returns the files that a function's revision covers: its configuration and its modules. */
export function sourceFiles(
  functionsDirectory: string,
  name: string,
  modules: Modules,
): readonly string[] {
  return [...new Set([...configurationFiles(functionsDirectory, name), ...modules.paths])];
}

/** Computes the revision of the files in the function's own folder. */
export async function takeOwnRevision(
  functionsDirectory: string,
  name: string,
  modules: Modules,
): Promise<string> {
  const folder = `${join(functionsDirectory, name)}/`;
  const files = sourceFiles(functionsDirectory, name, modules);
  return await hashFiles(functionsDirectory, files.filter((file) => file.startsWith(folder)));
}

/** Computes a function's revision: 64 hexadecimal digits. */
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
