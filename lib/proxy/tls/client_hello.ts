import { latin1 } from "../http1/octets.ts";

/** Result of {@linkcode readServerName}. */
export type ServerName =
  /** More bytes are needed. */
  | { readonly type: "incomplete" }
  /** The name in lower case; `undefined` if the client names none. */
  | { readonly type: "hello"; readonly name: string | undefined }
  /** Not the beginning of a TLS connection that this proxy understands. */
  | { readonly type: "unreadable" };

/** Maximum bytes of a ClientHello; those of browsers have some 2,000. */
export const MAX_HELLO_BYTES = 16 * 1024;

/** A ClientHello may be split into several records; browsers use one. */
const MAX_RECORDS = 16;

const RECORD_HEADER = 5;
const HANDSHAKE_HEADER = 4;
const RANDOM = 2 + 32;

const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;
const HOST_NAME = 0;

const INCOMPLETE: ServerName = { type: "incomplete" };
const UNREADABLE: ServerName = { type: "unreadable" };

/**
 * Reads the server name of a TLS connection from its first bytes: that of the ClientHello (RFC 8446,
 * section 4.1.2) in its extension `server_name` (RFC 6066, section 3). It only helps to choose a
 * certificate: the listener that gets the connection parses the same bytes again.
 */
export function readServerName(bytes: Uint8Array): ServerName {
  const joined = joinRecords(bytes);
  if (!(joined instanceof Uint8Array)) return joined;
  const name = serverNameIn(joined);
  return name === null ? UNREADABLE : { type: "hello", name };
}

/**
 * Returns the handshake message at the start, of one or several records (RFC 8446, section 5.1).
 * Copies nothing before it is complete, because a client may send single bytes.
 */
function joinRecords(bytes: Uint8Array): Uint8Array | ServerName {
  const pieces: Uint8Array[] = [];
  let received = 0;
  let at = 0;
  for (let records = 0; records < MAX_RECORDS; records++) {
    if (at > 0 && bytes.length === at) return INCOMPLETE;
    if (bytes.length > at && bytes[at] !== HANDSHAKE) return UNREADABLE;
    if (bytes.length > at + 1 && bytes[at + 1] !== 3) return UNREADABLE;
    if (bytes.length < at + RECORD_HEADER) return INCOMPLETE;
    const length = uint16(bytes, at + 3);
    if (length === 0 || at + RECORD_HEADER + length > MAX_HELLO_BYTES) return UNREADABLE;
    const record = bytes.subarray(at + RECORD_HEADER, at + RECORD_HEADER + length);
    if (received === 0 && record.length > 0 && record[0] !== CLIENT_HELLO) return UNREADABLE;
    if (record.length < length) return INCOMPLETE;
    pieces.push(record);
    received += length;
    at += RECORD_HEADER + length;
    if (received < HANDSHAKE_HEADER) continue;
    const header = firstBytes(pieces, HANDSHAKE_HEADER);
    const end = HANDSHAKE_HEADER + (header[1]! << 16 | header[2]! << 8 | header[3]!);
    if (end > MAX_HELLO_BYTES) return UNREADABLE;
    if (received >= end) return firstBytes(pieces, end).subarray(HANDSHAKE_HEADER);
  }
  return UNREADABLE;
}

/** Copies the first bytes of pieces that have at least as many. */
function firstBytes(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const joined = new Uint8Array(length);
  let filled = 0;
  for (const piece of pieces) {
    if (filled === length) break;
    const part = piece.subarray(0, length - filled);
    joined.set(part, filled);
    filled += part.length;
  }
  return joined;
}

/** Returns `undefined` if the ClientHello has no server name, and `null` if it is malformed. */
function serverNameIn(hello: Uint8Array): string | undefined | null {
  const sessionId = RANDOM;
  const suites = skip(hello, sessionId, 1);
  const compressions = suites === undefined ? undefined : skip(hello, suites, 2);
  const extensions = compressions === undefined ? undefined : skip(hello, compressions, 1);
  if (extensions === undefined) return null;
  if (extensions === hello.length) return undefined;
  const end = skip(hello, extensions, 2);
  if (end !== hello.length) return null;
  for (let at = extensions + 2; at < end;) {
    if (at + 4 > end) return null;
    const next = skip(hello, at + 2, 2);
    if (next === undefined) return null;
    if (uint16(hello, at) === SERVER_NAME) return hostNameIn(hello.subarray(at + 4, next));
    at = next;
  }
  return undefined;
}

/** Returns the host name of a ServerNameList; clients send only one (RFC 6066, section 3). */
function hostNameIn(list: Uint8Array): string | null {
  if (skip(list, 0, 2) !== list.length || list[2] !== HOST_NAME) return null;
  const end = skip(list, 3, 2);
  if (end === undefined) return null;
  const name = latin1(list, 5, end);
  return /^[\w.-]{1,255}$/.test(name) ? name.toLowerCase() : null;
}

/** Returns the end of a vector whose length has `size` bytes; `undefined` if it is cut. */
function skip(bytes: Uint8Array, at: number, size: 1 | 2): number | undefined {
  if (at + size > bytes.length) return undefined;
  const end = at + size + (size === 1 ? bytes[at]! : uint16(bytes, at));
  return end > bytes.length ? undefined : end;
}

function uint16(bytes: Uint8Array, at: number): number {
  return bytes[at]! << 8 | bytes[at + 1]!;
}
