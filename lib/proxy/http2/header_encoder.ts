import { grown } from "../http1/grown.ts";
import { FieldKind } from "../http1/field_names.ts";
import { nameEnd, nameStart, valueEnd, valueStart } from "../http1/fields.ts";
import { ascii, matchesAt } from "../http1/octets.ts";
import type { ResponseHead } from "../http1/response_head.ts";
import { STATIC_TABLE } from "./static_table.ts";

/** A field whose value must not get into any table, because it is a secret (RFC 7541, 7.1.3). */
const NEVER_INDEXED = 0x10;
const NOT_INDEXED = 0x00;
const INDEXED = 0x80;

/** Index of `:status` with the value 200; the name is there for other statuses, too. */
const STATUS_INDEX = 8;

/** Announces a dynamic table of no bytes: this encoder adds nothing to it (RFC 7541, 6.3). */
export const NO_TABLE: Uint8Array = Uint8Array.of(0x20);

const SET_COOKIE = ascii("set-cookie");
const ACCEPT = ascii("sec-websocket-accept");

/** Fields of one connection, which HTTP/2 does not have (RFC 9113, section 8.2.2). */
const DROPPED: readonly FieldKind[] = [
  FieldKind.Connection,
  FieldKind.HopByHop,
  FieldKind.TransferEncoding,
  FieldKind.Upgrade,
];

/** Statuses with an index of their own. */
const STATUSES = new Map(
  STATIC_TABLE.flatMap(([name, value], at) => name === ":status" ? [[value, at + 1]] : []),
);

/** Names with an index, by length; the first index of each name. */
const NAMES: readonly (readonly { readonly name: Uint8Array; readonly index: number }[])[] = Array
  .from({ length: 32 }, (_, length) =>
    STATIC_TABLE.flatMap(([name], at) => {
      const isFirst = STATIC_TABLE.findIndex((other) => other[0] === name) === at;
      return name.length === length && isFirst && !name.startsWith(":")
        ? [{ name: ascii(name), index: at + 1 }]
        : [];
    }));

/** Growing buffer of one header block. */
export class BlockWriter {
  #bytes = new Uint8Array(1_024);
  #length = 0;

  /** Valid until the next {@linkcode clear}. */
  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }

  /** Appends bytes as they are. */
  bytes(source: Uint8Array): void {
    this.#reserve(source.length);
    this.#bytes.set(source, this.#length);
    this.#length += source.length;
  }

  /** Appends a number below the bits `flags` of its first byte (RFC 7541, section 5.1). */
  number(value: number, { flags, mask }: { readonly flags: number; readonly mask: number }): void {
    this.#reserve(6);
    if (value < mask) {
      this.#bytes[this.#length++] = flags | value;
      return;
    }
    this.#bytes[this.#length++] = flags | mask;
    let rest = value - mask;
    for (; rest >= 128; rest = Math.floor(rest / 128)) {
      this.#bytes[this.#length++] = rest % 128 + 128;
    }
    this.#bytes[this.#length++] = rest;
  }

  /** Appends the bytes from `start` to `end` as a text; `isName`: in lower case. */
  text(
    source: Uint8Array,
    { start, end, isName }: {
      readonly start: number;
      readonly end: number;
      readonly isName: boolean;
    },
  ): void {
    this.number(end - start, { flags: 0, mask: 0x7f });
    this.#reserve(end - start);
    for (let index = start; index < end; index++) {
      const byte = source[index]!;
      const isUpper = isName && byte >= 0x41 && byte <= 0x5a;
      this.#bytes[this.#length++] = isUpper ? byte | 0x20 : byte;
    }
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed > this.#bytes.length) this.#bytes = grown(this.#bytes, needed);
  }
}

/**
 * Appends the status and the fields of a response head, without those of one connection and of the
 * handshake of WebSockets, which HTTP/2 does not have (RFC 8441, section 5).
 */
export function writeResponse(
  writer: BlockWriter,
  { bytes, fields }: Pick<ResponseHead, "bytes" | "fields">,
  status: number,
): void {
  writeStatus(writer, String(status));
  for (let index = 0; index < fields.count; index++) {
    if (DROPPED.includes(fields.kinds[index]!)) continue;
    const start = nameStart(fields, index);
    const end = nameEnd(fields, index);
    const isAsLong = end - start === ACCEPT.length;
    if (isAsLong && matchesAt(bytes, start, ACCEPT)) continue;
    writeField(writer, bytes, {
      nameStart: start,
      nameEnd: end,
      valueStart: valueStart(fields, index),
      valueEnd: valueEnd(fields, index),
    });
  }
}

/** Appends the field lines of trailers, which end with CRLF each and are valid. */
export function writeTrailers(writer: BlockWriter, lines: string): void {
  for (const line of lines.split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon <= 0) continue;
    const name = ascii(line.slice(0, colon));
    const value = ascii(line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, ""));
    const bytes = new Uint8Array(name.length + value.length);
    bytes.set(name);
    bytes.set(value, name.length);
    writeField(writer, bytes, {
      nameStart: 0,
      nameEnd: name.length,
      valueStart: name.length,
      valueEnd: bytes.length,
    });
  }
}

function writeStatus(writer: BlockWriter, status: string): void {
  const index = STATUSES.get(status);
  if (index !== undefined) return writer.number(index, { flags: INDEXED, mask: 0x7f });
  writer.number(STATUS_INDEX, { flags: NOT_INDEXED, mask: 0x0f });
  writer.text(ascii(status), { start: 0, end: status.length, isName: false });
}

interface FieldOffsets {
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

function writeField(writer: BlockWriter, bytes: Uint8Array, at: FieldOffsets): void {
  const length = at.nameEnd - at.nameStart;
  const isSecret = length === SET_COOKIE.length && matchesAt(bytes, at.nameStart, SET_COOKIE);
  const flags = isSecret ? NEVER_INDEXED : NOT_INDEXED;
  const known = NAMES[length]?.find(({ name }) => matchesAt(bytes, at.nameStart, name));
  writer.number(known?.index ?? 0, { flags, mask: 0x0f });
  if (known === undefined) {
    writer.text(bytes, { start: at.nameStart, end: at.nameEnd, isName: true });
  }
  writer.text(bytes, { start: at.valueStart, end: at.valueEnd, isName: false });
}
