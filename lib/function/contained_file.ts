import type { FileHandle } from "node:fs/promises";
import { ConfigError } from "../config/json_file.ts";
import { HARD_LINK_PROBLEM } from "./hard_link.ts";
import { type HeldFolder, holdFolder, type OpenedFile, openNamedFile } from "./held_folder.ts";

/** Settings are small; what is larger is no settings file. */
const MAX_TEXT_BYTES = 1024 * 1024;

/**
 * The text of a function's file, or `undefined` where there is none. The supervisor is root and the
 * file is not to be trusted: a link that leads out of the function's directory would give it what
 * it may not read, and a pipe or a device would never end.
 *
 * @throws {ConfigError} when it leads out of `root`, is no regular file, is a hard link of another
 * user's or has more than 1 MiB
 * @throws {UntrustedPathError} when another user's link leads to `root`, which is not theirs; who
 * owns what is no part of a revision, so that it is worth another try
 */
export async function readContainedTextFile(
  root: string,
  path: string,
): Promise<string | undefined> {
  using folder = await openFolderReader(root);
  return await folder?.text(path);
}

/** Reads files of one folder, which stays the same one. */
export interface FolderReader extends Disposable {
  /** See {@linkcode readContainedTextFile}. */
  readonly text: (path: string) => Promise<string | undefined>;
}

/**
 * Takes hold of a function's folder for {@linkcode readContainedTextFile}: what is read belongs
 * together, also when another folder takes its place meanwhile. `undefined` where there is none.
 *
 * @throws {UntrustedPathError} when another user's link leads there, to what is not theirs
 */
export async function openFolderReader(root: string): Promise<FolderReader | undefined> {
  const folder = await holdOptional(root);
  return folder && {
    text: async (path) => await readText(await folder.open(path), { root, path }),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

/**
 * The text of a file that the operator has named, or `undefined` where there is none.
 *
 * @throws {ConfigError} when it is no regular file or has more than 1 MiB
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
      throw new ConfigError(`"${path}" leads out of "${root}". Put the file itself there`);
    case "special":
      throw new ConfigError(`"${path}" is no regular file. Put one there, or remove it`);
    case "hard-link":
      throw new ConfigError(`"${path}" ${HARD_LINK_PROBLEM}`);
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
