import { run } from "./run.ts";

/** Enough for many files on a slow disk. */
const TIMEOUT_MS = 120_000;

/**
 * Removes a file or a directory tree, if it exists. Uses rm(1) for a directory that is not empty:
 * `Deno.remove()` recurses, and a deeply nested tree overflows the stack and ends the process.
 *
 * @throws {CommandError} if a part of a directory can't be removed, or it takes too long
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
