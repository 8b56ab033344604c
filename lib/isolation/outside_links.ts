import { join, relative } from "node:path";
import { SHARED_NAMES } from "../sandbox/function_mounts.ts";

/** Which function is looked at, and from where. */
export interface OutsideLinkOptions {
  readonly functionsDirectory: string;
  readonly name: string;
  /** The directory that the caller works in. */
  readonly workingDirectory: string;
}

/**
 * Says which link makes a check show more than the functions directory and the caller's working
 * directory hold; `undefined` when none does. In a repository that was checked out, all links are
 * the caller's, and their author's choice; a check quotes what they lead to. Hidden directories, such
 * as `.git`, do not count as parts of either.
 */
export async function findOutsideLink(options: OutsideLinkOptions): Promise<string | undefined> {
  const { functionsDirectory, name, workingDirectory } = options;
  const roots = await Promise.all([functionsDirectory, workingDirectory].map(Deno.realPath));
  for (const path of [name, ...SHARED_NAMES].map((one) => join(functionsDirectory, one))) {
    const real = await realPathIfThere(path);
    if (real === undefined || roots.some((root) => isBelow(root, real))) continue;
    return `"${path}" is a link to "${real}", which is neither in "${functionsDirectory}" nor in ` +
      `"${workingDirectory}". Put a copy in its place, or, if the link is your own, run ` +
      "ddsrv check from a directory that holds both";
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

/** Strictly: a directory that holds the root shows all that lies beside it. */
function isBelow(root: string, path: string): boolean {
  const names = relative(root, path).split("/");
  return names.every((name) => name !== "" && !name.startsWith("."));
}
