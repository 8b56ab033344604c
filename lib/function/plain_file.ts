import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { ConfigError } from "../config/json_file.ts";

/** Follows no link at the end of the path and does not wait for a pipe; Windows has neither flag. */
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * Returns the text of a regular file in a folder of the user of this process, on every system;
 * `undefined` if it does not exist. Root reads other users' files with `readContainedTextFile`.
 *
 * @throws {ConfigError} if it is a link, is not a regular file, can't be read or is too large
 */
export async function readPlainTextFile(
  path: string,
  { maxBytes }: { readonly maxBytes: number },
): Promise<string | undefined> {
  try {
    await using file = await open(path, FLAGS);
    if (!(await file.stat()).isFile()) throw notRegular(path);
    const bytes = new Uint8Array(maxBytes + 1);
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length, null);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    if (length > maxBytes) {
      throw new ConfigError(`"${path}" is larger than ${maxBytes} bytes. Make it smaller`);
    }
    return new TextDecoder().decode(bytes.subarray(0, length));
  } catch (error) {
    const { code, message } = error as Error & { readonly code?: string };
    if (error instanceof ConfigError) throw error;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    // A link, a socket, and a directory on Windows.
    if (code === "ELOOP" || code === "ENXIO" || code === "EISDIR") throw notRegular(path);
    throw new ConfigError(`Cannot read "${path}": ${message}`);
  }
}

function notRegular(path: string): ConfigError {
  return new ConfigError(`"${path}" is not a regular file. Replace it with one, or remove it`);
}
