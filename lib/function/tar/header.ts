import { TarError } from "./tar_error.ts";

/** Size of a header in bytes; content is padded to a multiple of it. */
export const BLOCK = 512;

/** A header, without values of extended headers. */
export interface TarHeader {
  readonly name: string;
  readonly mode: number;
  readonly size: number;
  /** Type flag, such as `0` for a file; see tar(5). */
  readonly type: string;
  readonly linkName: string;
}

/** Magic values of the formats ustar and pax, GNU, and v7. */
const MAGICS: readonly string[] = ["ustar\x0000", "ustar  \0", "\0\0\0\0\0\0\0\0"];

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Parses a header of the v7, ustar, pax or GNU format; returns `undefined` for the zero block that
 * ends an archive. Source: pax(1), "ustar Interchange Format".
 *
 * @throws {TarError} if the checksum or a field is invalid
 */
export function parseHeader(block: Uint8Array): TarHeader | undefined {
  if (block.every((byte) => byte === 0)) return undefined;
  if (parseNumber(block.subarray(148, 156)) !== checksum(block)) {
    throw new TarError("a header has a wrong checksum: it is damaged, or not a tar archive");
  }
  const magic = magicOf(block);
  if (!isMagic(magic)) throw new TarError("its format is unknown. Use ustar, pax, GNU or v7");
  const isPosix = magic === MAGICS[0];
  const name = parseText(block.subarray(0, 100));
  const prefix = isPosix ? parseText(block.subarray(345, 500)) : "";
  const type = block[156]!;
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    mode: parseNumber(block.subarray(100, 108)),
    size: parseNumber(block.subarray(124, 136)),
    type: type === 0 ? "0" : String.fromCharCode(type),
    linkName: parseText(block.subarray(157, 257)),
  };
}

/** Returns true if a block may be a header, possibly damaged in one place. */
export function resemblesHeader(block: Uint8Array): boolean {
  if (block.every((byte) => byte === 0)) return true;
  try {
    return isMagic(magicOf(block)) || parseNumber(block.subarray(148, 156)) === checksum(block);
  } catch {
    return false;
  }
}

/** Decodes a text up to its first NUL. */
export function parseText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  try {
    return decoder.decode(end === -1 ? bytes : bytes.subarray(0, end));
  } catch {
    throw new TarError("it contains a name that is not UTF-8");
  }
}

function magicOf(block: Uint8Array): string {
  return String.fromCharCode(...block.subarray(257, 265));
}

function isMagic(magic: string): boolean {
  return MAGICS.includes(magic);
}

/** Returns the sum of all bytes, with spaces in place of the checksum field. */
function checksum(block: Uint8Array): number {
  return block.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0);
}

/** Parses octal digits, or GNU's big-endian number, which has its first bit set. */
function parseNumber(field: Uint8Array): number {
  if (field[0] === 0x80) {
    const value = field.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0);
    if (Number.isSafeInteger(value)) return value;
    throw new TarError("a number in a header is too large");
  }
  const text = String.fromCharCode(...field);
  const digits = /^ *([0-7]*)[ \0]*$/.exec(text)?.[1];
  if (digits === undefined) throw new TarError("a number in a header is invalid");
  return digits === "" ? 0 : parseInt(digits, 8);
}
