/**
 * Returns the text of a process's file below `/proc`, or of a control group; empty if the process
 * has ended: then open(2) fails with ENOENT, and read(2) with ESRCH, EINVAL, or ENODEV for a group.
 *
 * @throws {Error} for other reasons, such as too many open files
 */
export async function readProcFile(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    return emptyIfGone(error);
  }
}

/**
 * The same without a thread, for figures of many processes: the kernel makes the text in some 10
 * microseconds, half of what another thread costs. Not for files that wait for a lock of the
 * process, such as `smaps` and `cmdline`.
 */
export function readProcFileSync(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    return emptyIfGone(error);
  }
}

function emptyIfGone(error: unknown): string {
  const { code, message } = error as { readonly code?: string; readonly message: string };
  const isGone = error instanceof Deno.errors.NotFound || code === "ESRCH" ||
    code === "EINVAL" || code === "ENODEV" || /os error (3|19|22)\)/.test(message);
  if (isGone) return "";
  throw error;
}
