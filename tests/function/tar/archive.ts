import { BLOCK } from "../../../lib/function/tar/header.ts";

/** Fields of a header to write. */
export interface Entry {
  readonly name: string;
  readonly type?: string;
  readonly mode?: number;
  readonly content?: string | Uint8Array;
  readonly linkName?: string;
  readonly prefix?: string;
  readonly magic?: string;
  /** In place of the content's length. */
  readonly size?: string;
}

const encoder = new TextEncoder();

/** An archive of these entries, ended as it should be. */
export function archive(...entries: readonly Entry[]): Uint8Array<ArrayBuffer> {
  return concat([...entries.map(entry), new Uint8Array(2 * BLOCK)]);
}

/** One header and its content. */
export function entry(options: Entry): Uint8Array<ArrayBuffer> {
  const { name, type = "0", mode = 0o644, linkName = "", prefix = "" } = options;
  const { magic = "ustar\x0000", content = "" } = options;
  const bytes = typeof content === "string" ? encoder.encode(content) : content;
  const block = new Uint8Array(BLOCK);
  const put = (at: number, text: string): void => block.set(encoder.encode(text), at);
  put(0, name);
  put(100, `${octal(mode, 7)}\0`);
  put(124, options.size ?? `${octal(bytes.length, 11)}\0`);
  put(136, `${octal(0, 11)}\0`);
  put(156, type);
  put(157, linkName);
  put(257, magic);
  put(345, prefix);
  put(148, " ".repeat(8));
  put(148, `${octal(block.reduce((sum, byte) => sum + byte, 0), 6)}\0 `);
  return concat([block, bytes, new Uint8Array((BLOCK - bytes.length % BLOCK) % BLOCK)]);
}

/** A pax header with these records. */
export function pax(records: Readonly<Record<string, string>>, type = "x"): Entry {
  const lines = Object.entries(records).map(([key, value]) => paxRecord(key, value));
  return { name: "PaxHeaders/x", type, content: lines.join("") };
}

/** One record, its length counting itself. */
export function paxRecord(key: string, value: string): string {
  const rest = encoder.encode(` ${key}=${value}\n`).length;
  let length = rest + 1;
  while (String(length).length + rest !== length) length = String(length).length + rest;
  return `${length} ${key}=${value}\n`;
}

/** Bytes as a stream, in pieces of some size. */
export function streamOf(
  bytes: Uint8Array<ArrayBuffer>,
  pieceLength = bytes.length || 1,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at + pieceLength));
      at += pieceLength;
    },
  });
}

/** All of them behind each other. */
export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, "0");
}
