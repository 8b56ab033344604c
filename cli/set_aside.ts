import { randomUUID } from "node:crypto";
import { join } from "node:path";

const ADDED = ".ddsrv-added-";
const REMOVED = ".ddsrv-removed-";

/** How the names of directories begin that `add` and `remove` set aside: hidden, so never served. */
export const ASIDE_PREFIXES: readonly string[] = [ADDED, REMOVED];

/** A path for a function that is not in its place yet. */
export function addedPath(functionsDirectory: string): string {
  return join(functionsDirectory, ADDED + randomUUID());
}

/** A path for a function that is not in its place any more. */
export function removedPath(functionsDirectory: string): string {
  return join(functionsDirectory, REMOVED + randomUUID());
}
