import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { ConfigError } from "../config/json_file.ts";

/** Settings are small; what is larger is no settings file. */
const MAX_TEXT_BYTES = 1024 * 1024;

/**
 * The text of a function's file, or `undefined` where there is none. The supervisor is root and the
 * file is not to be trusted: a link that leads out of the function's directory would give it what
 * it may not read, and a pipe or a device would never end.
 *
 * @throws {ConfigError} when it leads out of `root`, is no regular file or has more than 1 MiB
 */
export function readContainedTextFile(root: string, path: string): Promise<string | undefined> {
  return readText(root, path);
}

/**
 * The text of a file that the operator has named, or `undefined` where there is none.
 *
 * @throws {ConfigError} when it is no regular file or has more than 1 MiB
 */
export function readTextFile(path: string): Promise<string | undefined> {
  return readText(undefined, path);
}

async function readText(root: string | undefined, path: string): Promise<string | undefined> {
  const opened = await openContainedFile(root, path);
  switch (opened.type) {
    case "missing":
      return undefined;
    case "outside":
      throw new ConfigError(`"${path}" leads out of "${root}". Put the file itself there`);
    case "special":
      throw new ConfigError(`"${path}" is no regular file. Put one there, or remove it`);
    case "file": {
      await using file = opened.file;
      const bytes = new Uint8Array(MAX_TEXT_BYTES + 1);
      const length = await readFully(file, bytes);
      if (length <= MAX_TEXT_BYTES) return new TextDecoder().decode(bytes.subarray(0, length));
      throw new ConfigError(`"${path}" has more than ${MAX_TEXT_BYTES} bytes. Make it smaller`);
    }
    default:
      return opened satisfies never;
  }
}

/** What {@linkcode openContainedFile} found; whoever opens a file closes it. */
export type OpenedFile =
  | { readonly type: "file"; readonly file: FileHandle; readonly path: string }
  | { readonly type: "missing" | "outside" | "special" };

/**
 * Opens a regular file below `root`, all links resolved. It is opened without following a last link
 * and without waiting for a writer, and looked at once it is open, so that nothing can be put in
 * its place in between. Without a root, any regular file is good.
 */
export async function openContainedFile(
  root: string | undefined,
  path: string,
): Promise<OpenedFile> {
  try {
    const real = await Deno.realPath(path);
    if (root !== undefined && !real.startsWith(`${await Deno.realPath(root)}/`)) {
      return { type: "outside" };
    }
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const file = await open(real, flags);
    if ((await file.stat()).isFile()) return { type: "file", file, path: real };
    await file.close();
    return { type: "special" };
  } catch (error) {
    const { code, name } = error as { readonly code?: string; readonly name: string };
    if (code === "ENOENT" || name === "NotFound" || name === "NotADirectory") {
      return { type: "missing" };
    }
    // ENXIO: a socket. ELOOP: a link was put in its place, or links run in a circle.
    if (code === "ENXIO" || code === "ELOOP" || name === "FilesystemLoop") {
      return { type: "special" };
    }
    // Not to know is not the same as not to be there: a manifest that can't be read forbids things.
    throw error;
  }
}

/** Reads until the buffer is full or the file ends; gives how much came. */
export async function readFully(file: FileHandle, bytes: Uint8Array): Promise<number> {
  let length = 0;
  while (length < bytes.length) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length, null);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}
