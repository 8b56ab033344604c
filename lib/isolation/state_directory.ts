import { join } from "node:path";
import { openPrivateDirectory, type PrivateDirectoryOptions } from "../system/private_directory.ts";

/** Explanations by the error's code, see errno(3), each with what helps. */
const EXPLANATIONS: Readonly<Record<string, string>> = {
  EROFS: "its file system is read-only. Mount it writable",
  ENOSPC: "no space is left on its file system. Make room there",
  EDQUOT: "the disk quota is used up. Make room there",
  EACCES: "this user may not write there. Give it to the user who runs ddsrv",
  EPERM: "this user may not write there. Give it to the user who runs ddsrv",
};

/** One block: a full disk may take an empty file, and no byte of content. */
const PROBE_BYTES = 4_096;

/**
 * Opens the state directory for its owner alone, and writes a file there once: at the start, a disk
 * that is full or read-only is explained better than by the first of many files that meets it.
 *
 * @throws {Error} that names the directory, the cause and the remedy
 */
export async function openStateDirectory(
  path: string,
  options: PrivateDirectoryOptions,
): Promise<void> {
  try {
    await openPrivateDirectory(path, options);
    const probe = join(path, ".probe");
    try {
      await Deno.writeFile(probe, new Uint8Array(PROBE_BYTES), { mode: 0o600 });
    } finally {
      await Deno.remove(probe).catch(() => {});
    }
  } catch (error) {
    throw explainStateError(path, error);
  }
}

/** An error that arose in the state directory, with the remedy; any other as it is. */
export function explainStateError(path: string, error: unknown): unknown {
  const { code, message } = error as Error & { readonly code?: string };
  const why = EXPLANATIONS[code ?? ""];
  if (why === undefined) return error;
  return new Error(
    `Cannot write to the state directory "${path}": ${why}, or choose another with --state-dir or ` +
      `DDSRV_STATE_DIRECTORY (${message})`,
    { cause: error },
  );
}
