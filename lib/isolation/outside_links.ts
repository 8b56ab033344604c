import { join, relative } from "node:path";
import { SHARED_NAMES } from "../sandbox/function_mounts.ts";

/** Options of {@linkcode findOutsideLink}. */
export interface OutsideLinkOptions {
  readonly functionsDirectory: string;
  readonly name: string;
  readonly workingDirectory: string;
}

/**
 * Returns a problem when a check would show files outside the functions directory and the caller's
 * working directory, because of a link; `undefined` otherwise. In a checked-out repository, its
 * author chose the links, but the caller owns them, and diagnostics quote the files behind them.
 * Hidden directories, such as `.git`, are outside too.
 */
export async function findOutsideLink(options: OutsideLinkOptions): Promise<string | undefined> {
  const { functionsDirectory, name, workingDirectory } = options;
  const roots = await Promise.all([functionsDirectory, workingDirectory].map(Deno.realPath));
  for (const path of [name, ...SHARED_NAMES].map((one) => join(functionsDirectory, one))) {
    const real = await realPathIfThere(path);
    if (real === undefined || roots.some((root) => isBelow(root, real))) continue;
    return `"${path}" is a link to "${real}", which is outside "${functionsDirectory}" and ` +
      `"${workingDirectory}". Replace the link with a copy or, if you trust it, run ddsrv check ` +
      "from a directory that contains both";
  }
  return undefined;
}

async function realPathIfThere(path: string): Promise<string | undefined> {
  try {
    return await Deno.realPath(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Returns true if `path` is strictly below `root`, and not in a hidden directory. */
function isBelow(root: string, path: string): boolean {
  const names = relative(root, path).split("/");
  return names.every((name) => name !== "" && !name.startsWith("."));
}
