/**
 * The text of a process's file below `/proc`, or an empty one when that process is gone: its files
 * then fail with ENOENT when they are opened, and with ESRCH or EINVAL when they are read.
 *
 * @throws {Error} for any other reason, such as too many open files
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
