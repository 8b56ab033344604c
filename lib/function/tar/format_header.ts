import { BLOCK } from "./header.ts";

/** An entry to write; paths have `/`. */
export interface HeaderOptions {
  readonly path: string;
  readonly type: "file" | "directory" | "link";
  /** Bytes of content of a file. */
  readonly size?: number;
  readonly isExecutable?: boolean;
  /** Target of a symbolic link. */
  readonly target?: string;
}

const TYPES = { file: "0", link: "2", directory: "5", extension: "x" } as const;

const MAX_PATH_BYTES = 100;
/** Largest number of eleven octal digits. */
const MAX_SIZE = 8 ** 11 - 1;

const encoder = new TextEncoder();

/**
 * Returns the header of an entry: a ustar block, behind a pax header if a value does not fit. It has
 * no times, owners or other modes, which the reader does not use. Source: pax(1).
 *
 * @example
 * ```ts
 * import { formatHeader } from "./format_header.ts";
 * formatHeader({ path: "index.ts", type: "file", size: 3 }).length; // 512
 * ```
 */
export function formatHeader(entry: HeaderOptions): Uint8Array<ArrayBuffer> {
  const { path, type, size = 0, isExecutable = false, target = "" } = entry;
  const records = [
    ...fits(path) ? [] : [formatRecord("path", path)],
    ...fits(target) ? [] : [formatRecord("linkpath", target)],
    ...size <= MAX_SIZE ? [] : [formatRecord("size", String(size))],
  ];
  const block = formatBlock({
    name: shorten(path),
    type: TYPES[type],
    size: Math.min(size, MAX_SIZE),
    mode: type === "directory" || isExecutable ? 0o755 : 0o644,
    target: shorten(target),
  });
  if (records.length === 0) return block;
  const content = encoder.encode(records.join(""));
  const head = { name: "PaxHeader", type: TYPES.extension, mode: 0o644, target: "" };
  return joinBytes([
    formatBlock({ ...head, size: content.length }),
    content,
    new Uint8Array(paddingOf(content.length)),
    block,
  ]);
}

/** Number of bytes behind content of this size, up to the next block. */
export function paddingOf(size: number): number {
  return (BLOCK - size % BLOCK) % BLOCK;
}

interface Block {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly mode: number;
  readonly target: string;
}

function formatBlock({ name, type, size, mode, target }: Block): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(BLOCK);
  const put = (at: number, text: string): void => block.set(encoder.encode(text), at);
  put(0, name);
  put(100, octal(mode, 7));
  put(108, octal(0, 7));
  put(116, octal(0, 7));
  put(124, octal(size, 11));
  put(136, octal(0, 11));
  // The checksum counts itself as spaces.
  put(148, " ".repeat(8));
  put(156, type);
  put(157, target);
  put(257, "ustar\x0000");
  put(148, `${octal(block.reduce((sum, byte) => sum + byte, 0), 6)}\0 `);
  return block;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, "0");
}

function fits(text: string): boolean {
  return encoder.encode(text).length <= MAX_PATH_BYTES;
}

/** The pax header has the whole text, so other readers see only this. */
function shorten(text: string): string {
  return fits(text) ? text : "long-name";
}

/** The length counts its own digits. */
function formatRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const bytes = encoder.encode(rest).length;
  let length = bytes;
  while (String(length).length + bytes !== length) length = String(length).length + bytes;
  return `${length}${rest}`;
}

function joinBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
