/**
 * Returns the text of a process's file below `/proc`; empty if the process has ended: then open(2)
 * fails with ENOENT, and read(2) with ESRCH or EINVAL.
 *
 * @throws {Error} for other reasons, such as too many open files
 */
export async function readProcFile(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    const { code, message } = error as { readonly code?: string; readonly message: string };
    const isGone = error instanceof Deno.errors.NotFound || code === "ESRCH" ||
      code === "EINVAL" || /os error (3|22)\)/.test(message);
    if (isGone) return "";
    throw error;
  }
}
