import { TarError } from "./tar_error.ts";

/** Values of extended headers for the next entry. */
export interface Extension {
  readonly path?: string;
  readonly linkPath?: string;
  readonly size?: number;
}

const UTF_8 = "ISO-IR 10646 2000 UTF-8";

/** Supported keys; times, owners and comments are ignored. */
const FIELDS = new Map([["path", "path"], ["linkpath", "linkPath"], ["size", "size"]]);

/**
 * Parses the records of a pax header: `LENGTH KEY=VALUE` and a line feed; the length counts the
 * whole record in bytes. Source: pax(1), "pax Extended Header".
 *
 * @throws {TarError} if they are malformed, describe a sparse file or set a key twice
 *
 * @example
 * ```ts
 * import { parsePaxRecords } from "./pax_records.ts";
 * parsePaxRecords(new TextEncoder().encode("12 path=a/b\n")); // { path: "a/b" }
 * ```
 */
export function parsePaxRecords(bytes: Uint8Array): Extension {
  const extension: Record<string, string | number> = {};
  for (let at = 0; at < bytes.length;) {
    const { key, value, length } = parseRecord(bytes.subarray(at));
    at += length;
    if (key.startsWith("GNU.sparse.")) throw new TarError("it contains a sparse file");
    if (key === "hdrcharset" && value !== UTF_8) throw new TarError("its names are not UTF-8");
    const field = FIELDS.get(key);
    if (field === undefined) continue;
    if (Object.hasOwn(extension, field)) throw new TarError(`a header sets "${key}" twice`);
    extension[field] = field === "size" ? parseSize(value) : value;
  }
  return extension;
}

function parseRecord(bytes: Uint8Array): { key: string; value: string; length: number } {
  const space = bytes.subarray(0, 8).indexOf(0x20);
  const digits = String.fromCharCode(...bytes.subarray(0, Math.max(space, 0)));
  const length = Number(digits);
  const isWhole = /^[1-9]\d*$/.test(digits) && length > space + 1 && length <= bytes.length &&
    bytes[length - 1] === 0x0a;
  if (!isWhole) throw malformed();
  const record = decode(bytes.subarray(space + 1, length - 1));
  const equals = record.indexOf("=");
  if (equals < 1) throw malformed();
  return { key: record.slice(0, equals), value: record.slice(equals + 1), length };
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new TarError("it contains a name that is not UTF-8");
  }
}

function parseSize(text: string): number {
  const size = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(size)) return size;
  throw malformed();
}

function malformed(): TarError {
  return new TarError("a pax header is malformed");
}
