import { constants } from "node:fs";
import { type FileHandle, open, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { formatHeader, type HeaderOptions, paddingOf } from "./format_header.ts";
import { BLOCK } from "./header.ts";
import { type ArchivePlan, inTop, TOP_ENTRY } from "./plan_archive.ts";
import { TarError } from "./tar_error.ts";

/** Windows has neither flag. */
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

const PIECE_BYTES = 256 * 1024;

/**
 * Yields a planned archive in pieces of at most 256 KiB. It has exactly the planned number of bytes:
 * of a file that grows meanwhile, it has the planned size.
 *
 * @throws {TarError} if a file is shorter than planned, is another kind of file now, or is no longer
 * in the folder
 */
export async function* writeArchive(
  folder: string,
  { entries }: ArchivePlan,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  const root = await realpath(folder);
  yield formatHeader(TOP_ENTRY);
  for (const entry of entries) {
    yield formatHeader(inTop(entry));
    if (entry.type === "file") yield* readContent(root, entry);
  }
  yield new Uint8Array(2 * BLOCK);
}

async function* readContent(
  root: string,
  { path, size = 0 }: HeaderOptions,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  await using file = await openInside(root, path);
  for (let left = size; left > 0;) {
    const bytes = new Uint8Array(Math.min(left, PIECE_BYTES));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, null);
    if (bytesRead === 0) throw changed(path);
    left -= bytesRead;
    yield bytes.subarray(0, bytesRead);
  }
  if (paddingOf(size) > 0) yield new Uint8Array(paddingOf(size));
}

/** Opens a file, and then looks that no directory on its path has become a link. */
async function openInside(root: string, path: string): Promise<FileHandle> {
  const place = join(root, path);
  let file: FileHandle;
  try {
    file = await open(place, FLAGS);
  } catch (error) {
    const { code, message } = error as Error & { readonly code?: string };
    if (["ENOENT", "ENOTDIR", "ELOOP", "ENXIO"].includes(code ?? "")) throw changed(path);
    throw new TarError(`${JSON.stringify(path)} can't be read: ${message}`);
  }
  try {
    const opened = await file.stat();
    const named = await stat(place);
    const isSame = named.ino === opened.ino && named.dev === opened.dev;
    if (
      opened.isFile() && isSame && await realpath(place) === root + sep + path.replaceAll("/", sep)
    ) {
      return file;
    }
  } catch {
    // It is gone.
  }
  await file.close();
  throw changed(path);
}

function changed(path: string): TarError {
  return new TarError(`${JSON.stringify(path)} changed while it was sent. Try again`);
}
