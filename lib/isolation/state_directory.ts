import { join } from "node:path";
import { openPrivateDirectory, type PrivateDirectoryOptions } from "../system/private_directory.ts";

/** Reasons and remedies by error code, see errno(3). */
const EXPLANATIONS: Readonly<Record<string, string>> = {
  EROFS: "its file system is read-only. Mount it writable",
  ENOSPC: "its file system is full. Free some space",
  EDQUOT: "the disk quota is used up. Free some space",
  EACCES: "permission denied. Change its owner to the user that runs ddsrv",
  EPERM: "permission denied. Change its owner to the user that runs ddsrv",
};

/** Size of one disk block: a full disk may accept an empty file but no data. */
const PROBE_BYTES = 4_096;

/**
 * Opens the state directory, which only its owner may enter, and writes a test file to find a full
 * or read-only disk at the start.
 *
 * @throws {Error} when a file can't be written there, with the reason and the remedy
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

/** Returns an error with a remedy for a failure in the state directory; others unchanged. */
export function explainStateError(path: string, error: unknown): unknown {
  const { code, message } = error as Error & { readonly code?: string };
  const why = EXPLANATIONS[code ?? ""];
  if (why === undefined) return error;
  return new Error(
    `Cannot write to the state directory "${path}": ${why}, or choose another with --state-dir ` +
      `or DDSRV_STATE_DIRECTORY (${message})`,
    { cause: error },
  );
}
