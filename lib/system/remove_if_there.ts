import { run } from "./run.ts";

/** Many files on a slow disk. */
const TIMEOUT_MS = 120_000;

/**
 * Removes a file or a directory with all that is in it; there may be none. A directory that is not
 * empty is removed by rm(1): `Deno.remove()` takes a call for each level, and a tree that is nested
 * deeply enough overflows the stack and ends the whole process.
 *
 * @throws {CommandError} when a part of a directory can't be removed, or it takes too long
 */
export async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    if ((error as { readonly code?: string }).code !== "ENOTEMPTY") throw error;
    await run(["rm", "-rf", "--", path], { timeoutMs: TIMEOUT_MS });
  }
}
