import type { ByteReader } from "./byte_reader.ts";
import { WANTED } from "./decompress.ts";
import { BLOCK, parseHeader, parseText, resemblesHeader, type TarHeader } from "./header.ts";
import { type Extension, parsePaxRecords } from "./pax_records.ts";
import { TarError } from "./tar_error.ts";

/** An entry of an archive; its paths are not validated. */
export type TarEntry =
  | { readonly type: "directory"; readonly path: string }
  | { readonly type: "link"; readonly path: string; readonly target: string }
  | {
    readonly type: "file";
    readonly path: string;
    readonly isExecutable: boolean;
    readonly size: number;
    /** Must be read to its end before the next entry. */
    readonly content: AsyncIterable<Uint8Array>;
  };

/** Limits of an archive. */
export interface TarLimits {
  readonly maxEntries: number;
  readonly maxBytes: number;
}

/** Limits of the archives that `ddsrv add` accepts. */
export const TAR_LIMITS: TarLimits = { maxEntries: 10_000, maxBytes: 1024 ** 3 };

/** Maximum size of an extended header, enough for a path. */
const MAX_EXTENSION_BYTES = 64 * 1024;

/** Maximum padding after the end. */
const MAX_PADDING_BYTES = 1024 * 1024;

const REFUSED: ReadonlyMap<string, string> = new Map([
  ["1", "a hard link. Create the archive with --hard-dereference"],
  ["3", "a device"],
  ["4", "a device"],
  ["6", "a named pipe"],
  ["S", "a sparse file. Create the archive without --sparse"],
]);

/**
 * Yields the entries of an archive in the ustar, pax or GNU format.
 *
 * @throws {TarError} if it is damaged, truncated or too large, or contains an entry that is not a
 * file, directory or symbolic link
 */
export async function* readTar(
  bytes: ByteReader,
  { maxEntries, maxBytes }: TarLimits = TAR_LIMITS,
): AsyncGenerator<TarEntry, void> {
  let first: Uint8Array | undefined = await readFirst(bytes);
  let extension: Extension = {};
  let headers = 0;
  let total = 0;
  for (;;) {
    const header = parseHeader(first ?? await bytes.read(BLOCK));
    first = undefined;
    if (header === undefined) break;
    const extended = await readExtension(bytes, header);
    if (extended !== undefined && header.type !== "g") {
      extension = joined(extension, extended);
      continue;
    }
    if (++headers > maxEntries) throw new TarError(`it contains more than ${maxEntries} entries`);
    if (extended !== undefined) {
      refuseForAll(extended);
      continue;
    }
    const entry = entryOf(header, extension);
    const { path, size } = entry;
    extension = {};
    total += size;
    if (total > maxBytes) throw new TarError(`it contains more than ${maxBytes} bytes`);
    switch (entry.type) {
      case "directory":
        yield { type: "directory", path };
        break;
      case "link":
        yield { type: "link", path, target: entry.target };
        break;
      case "file": {
        yield {
          type: "file",
          path,
          size,
          isExecutable: (header.mode & 0o100) !== 0,
          content: readContent(bytes, size),
        };
        await bytes.read(paddingOf(size));
        break;
      }
      default:
        entry.type satisfies never;
    }
  }
  if (Object.keys(extension).length > 0) throw new TarError("an extended header has no entry");
  await readEnd(bytes);
}

/** Reads the first block and checks that it is a header. */
async function readFirst(bytes: ByteReader): Promise<Uint8Array> {
  const block = new Uint8Array(BLOCK);
  let at = 0;
  while (at < BLOCK) {
    const piece = await bytes.some(BLOCK - at);
    if (piece === undefined) break;
    block.set(piece, at);
    at += piece.length;
  }
  if (at === BLOCK && resemblesHeader(block)) return block;
  const reason = at < BLOCK ? `it has only ${at} bytes` : "it does not begin with a header";
  throw new TarError(`it is not a tar archive: ${reason}. ${WANTED}`);
}

interface EntryHead {
  readonly type: TarEntry["type"];
  readonly path: string;
  readonly target: string;
  readonly size: number;
}

function entryOf(header: TarHeader, extension: Extension): EntryHead {
  const path = extension.path ?? header.name;
  const size = extension.size ?? header.size;
  const target = extension.linkPath ?? header.linkName;
  const type = typeOf(header.type, path);
  if (type !== "file" && size !== 0) throw new TarError(`"${path}" has content but is not a file`);
  return { type, path, target, size };
}

function typeOf(type: string, path: string): TarEntry["type"] {
  switch (type) {
    case "0":
    case "7":
      // The v7 format marks directories with a trailing slash.
      return path.endsWith("/") ? "directory" : "file";
    case "2":
      return "link";
    case "5":
      return "directory";
    default:
      throw new TarError(
        `"${path}" is ${REFUSED.get(type) ?? `an entry of unknown type "${type}"`}`,
      );
  }
}

/** Reads an extended header; returns `undefined` for the header of an entry. */
async function readExtension(
  bytes: ByteReader,
  { type, size }: TarHeader,
): Promise<Extension | undefined> {
  if (!["x", "g", "L", "K"].includes(type)) return undefined;
  if (size > MAX_EXTENSION_BYTES) {
    throw new TarError(`an extended header is larger than ${MAX_EXTENSION_BYTES} bytes`);
  }
  const content = (await bytes.read(size + paddingOf(size))).subarray(0, size);
  if (type === "L") return { path: parseText(content) };
  return type === "K" ? { linkPath: parseText(content) } : parsePaxRecords(content);
}

/** Refuses a value that is set twice, because another reader could use the other one. */
function joined(first: Extension, second: Extension): Extension {
  const twice = Object.keys(second).find((key) => Object.hasOwn(first, key));
  if (twice === undefined) return { ...first, ...second };
  throw new TarError(`two headers of an entry set its ${twice}`);
}

function refuseForAll(extension: Extension): void {
  const [key] = Object.keys(extension);
  if (key !== undefined) throw new TarError(`a global header sets a ${key}`);
}

async function* readContent(bytes: ByteReader, size: number): AsyncGenerator<Uint8Array, void> {
  for (let left = size; left > 0;) {
    const piece = await bytes.some(left);
    if (piece === undefined) throw new TarError("it is truncated");
    left -= piece.length;
    yield piece;
  }
}

/** Reads the second zero block and the padding, so that the writer does not get EPIPE. */
async function readEnd(bytes: ByteReader): Promise<void> {
  let left = MAX_PADDING_BYTES;
  let piece: Uint8Array | undefined = await bytes.read(BLOCK);
  while (piece !== undefined) {
    if (piece.some((byte) => byte !== 0)) throw new TarError("it has data after its end");
    left -= piece.length;
    if (left < 0) throw new TarError(`it has more than ${MAX_PADDING_BYTES} bytes after its end`);
    piece = await bytes.some(BLOCK);
  }
}

function paddingOf(size: number): number {
  return (BLOCK - size % BLOCK) % BLOCK;
}
