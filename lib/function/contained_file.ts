import type { FileHandle } from "node:fs/promises";
import { ConfigError } from "../config/json_file.ts";
import { HARD_LINK_PROBLEM } from "./hard_link.ts";
import { type HeldFolder, holdFolder, type OpenedFile, openNamedFile } from "./held_folder.ts";

/** Maximum size of a settings file. */
const MAX_TEXT_BYTES = 1024 * 1024;

/**
 * Returns the text of a function's file; `undefined` if it does not exist. The supervisor is root
 * and must not trust the file: a link out of the function's directory could give the function a file
 * that it must not read, and a read of a pipe or a device could block.
 *
 * @throws {ConfigError} if it leads out of `root`, is not a regular file, is another user's hard
 * link or is larger than 1 MiB
 * @throws {UntrustedPathError} if another user's link leads to `root`; owners are not part of a
 * revision, so the caller can try again
 */
export async function readContainedTextFile(
  root: string,
  path: string,
): Promise<string | undefined> {
  using folder = await openFolderReader(root);
  return await folder?.text(path);
}

/** Reads files of one open folder. */
export interface FolderReader extends Disposable {
  /** See {@linkcode readContainedTextFile}. */
  readonly text: (path: string) => Promise<string | undefined>;
}

/**
 * Opens a function's folder to read several files as {@linkcode readContainedTextFile} does, all
 * from the same folder, even if it is replaced meanwhile. Returns `undefined` if it does not exist.
 *
 * @throws {UntrustedPathError} if another user's link leads to it
 */
export async function openFolderReader(root: string): Promise<FolderReader | undefined> {
  const folder = await holdOptional(root);
  return folder && {
    text: async (path) => await readText(await folder.open(path), { root, path }),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

/**
 * Returns the text of a file that the operator named; `undefined` if it does not exist.
 *
 * @throws {ConfigError} if it is not a regular file or is larger than 1 MiB
 */
export async function readTextFile(path: string): Promise<string | undefined> {
  return await readText(await openNamedFile(path), { root: "", path });
}

async function holdOptional(root: string): Promise<HeldFolder | undefined> {
  try {
    return await holdFolder(root);
  } catch (error) {
    const { code } = error as { readonly code?: string };
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}

async function readText(
  opened: OpenedFile,
  { root, path }: { readonly root: string; readonly path: string },
): Promise<string | undefined> {
  switch (opened.type) {
    case "missing":
      return undefined;
    case "outside":
      throw new ConfigError(`"${path}" leads out of "${root}". Replace it with the file itself`);
    case "special":
      throw new ConfigError(`"${path}" is not a regular file. Replace it with one, or remove it`);
    case "hard-link":
      throw new ConfigError(`"${path}" ${HARD_LINK_PROBLEM}`);
    case "file": {
      await using file = opened.file;
      const bytes = new Uint8Array(MAX_TEXT_BYTES + 1);
      const length = await readFully(file, bytes);
      if (length <= MAX_TEXT_BYTES) return new TextDecoder().decode(bytes.subarray(0, length));
      throw new ConfigError(`"${path}" is larger than ${MAX_TEXT_BYTES} bytes. Make it smaller`);
    }
    default:
      return opened satisfies never;
  }
}

/** Reads until the buffer is full or the file ends; returns the number of bytes. */
export async function readFully(file: FileHandle, bytes: Uint8Array): Promise<number> {
  let length = 0;
  while (length < bytes.length) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length, null);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}
