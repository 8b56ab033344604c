import { FieldKind } from "./http1/field_names.ts";
import {
  type FieldTable,
  findField,
  nameEnd,
  nameStart,
  valueEnd,
  valueStart,
} from "./http1/fields.ts";
import type { HeadWriter } from "./http1/head_writer.ts";
import { ascii, CR, isAt, matchesAt, SLASH, SPACE, TAB } from "./http1/octets.ts";
import { PAGE_COOKIE } from "./page_cookie.ts";
import type { Peer } from "./peer.ts";
import type { RequestHead } from "./http1/request_head.ts";
import type { ResponseHead } from "./http1/response_head.ts";

/** Changes to a request head on its way to the function. */
export interface RequestRewrite {
  /** Start of the target after the stripped prefix. */
  readonly restStart: number;
  /** The stripped prefix as sent: `/name`; empty if none is stripped. */
  readonly rawPrefix: string;
  readonly peer: Peer;
  /** Value of `X-Deno-Client-Address`, see `clientAddress`. */
  readonly clientBytes: Uint8Array;
  /** Value of `X-Request-Id`, one character per byte. */
  readonly requestId: string;
  /** `Host` for a request without one. */
  readonly upstreamHost: string;
  /** Adds a `Via` field. */
  readonly via: boolean;
  /** The client speaks HTTP/2. */
  readonly isHttp2?: boolean;
}

/** Changes to a response on its way to the client. */
export interface ResponseRewrite {
  /** The client speaks HTTP/1.0. */
  readonly isForHttp10: boolean;
  /** The client's connection stays open after this response. */
  readonly isPersistent: boolean;
  /** The proxy adds chunked coding to a body that ends with the connection. */
  readonly isRechunked: boolean;
  /** The proxy removes chunked coding, for HTTP/1.0. */
  readonly isDechunked: boolean;
  /** The proxy adds a `Via` field. */
  readonly via: boolean;
}

const HTTP_11_LINE_END = ascii(" HTTP/1.1\r\n");
const STATUS_11 = ascii("HTTP/1.1");
const CRLF = ascii("\r\n");
const LIST_SEPARATOR = ascii(", ");
const HOST_NAME = ascii("Host: ");
const CONNECTION_UPGRADE = ascii("Connection: Upgrade\r\n");
const CONNECTION_CLOSE = ascii("Connection: close\r\n");
const CONNECTION_KEEP_ALIVE = ascii("Connection: keep-alive\r\n");
const CHUNKED_LINE = ascii("Transfer-Encoding: chunked\r\n");
const FORWARDED_FOR = ascii("X-Forwarded-For: ");
const FORWARDED_HOST = ascii("X-Forwarded-Host: ");
const FORWARDED_PROTO = ascii("X-Forwarded-Proto: ");
const FORWARDED_PREFIX = ascii("X-Forwarded-Prefix: ");
const CLIENT_ADDRESS = ascii("X-Deno-Client-Address: ");
/** With the version of the message that the proxy received (RFC 9110, section 7.6.3). */
const VIA_11 = ascii("Via: 1.1 ddsrv\r\n");
const VIA_10 = ascii("Via: 1.0 ddsrv\r\n");
const VIA_20 = ascii("Via: 2.0 ddsrv\r\n");
const FIELD_SEPARATOR = ascii(": ");
const COOKIE = ascii("cookie");
const PAGE_COOKIE_BYTES = ascii(PAGE_COOKIE);
const REQUEST_ID = ascii("X-Request-Id: ");

/** Sets of field kinds, as bits. */
const HOP_BY_HOP = bitsOf(FieldKind.Connection, FieldKind.HopByHop);
const UPGRADE = bitsOf(FieldKind.Upgrade);
const HOST = bitsOf(FieldKind.Host);
const TRANSFER_ENCODING = bitsOf(FieldKind.TransferEncoding);
const CONTENT_LENGTH = bitsOf(FieldKind.ContentLength);
/** Written anew if other parsers may read the white space around their values differently. */
const FRAMING = bitsOf(FieldKind.ContentLength, FieldKind.TransferEncoding);
/** Always rewritten; the values of a trusted peer are kept in front. */
const REWRITTEN = bitsOf(
  FieldKind.ForwardedFor,
  FieldKind.ForwardedPrefix,
  FieldKind.OfDdsrv,
  FieldKind.RequestId,
  FieldKind.DebugSecret,
);
/** Forwarded only from trusted peers. */
const TRUSTED_ONLY = bitsOf(
  FieldKind.ForwardedHost,
  FieldKind.ForwardedProto,
  FieldKind.ForwardedElse,
);

/**
 * Writes the request head for the function: strips the prefix, drops hop-by-hop fields, adds
 * forwarding fields, and copies everything else unchanged (RFC 9110, section 7.6). Returns the number
 * of field lines.
 */
export function writeRequestHead(
  writer: HeadWriter,
  head: RequestHead,
  rewrite: RequestRewrite,
): number {
  const { bytes } = head;
  let added = 0;
  writer.clear();
  writer.copy(bytes, head.methodStart, head.methodEnd);
  if (head.isServerWide) {
    writer.latin1(" *");
  } else {
    // The rest of a target may be empty or just a query, but a path starts with a slash.
    const first = rewrite.restStart < head.targetEnd ? bytes[rewrite.restStart] : undefined;
    writer.latin1(first === SLASH ? " " : " /");
    writer.copy(bytes, rewrite.restStart, head.targetEnd);
  }
  writer.bytes(HTTP_11_LINE_END);
  const hasAuthority = head.authorityEnd > head.authorityStart;
  if (hasAuthority) {
    // The target's authority replaces Host (RFC 9112, section 3.2.2).
    writer.bytes(HOST_NAME);
    writer.copy(bytes, head.authorityStart, head.authorityEnd);
    writer.bytes(CRLF);
    added++;
  } else if (head.isHttp10 && findField(head.fields, FieldKind.Host) === -1) {
    // Optional in HTTP/1.0, but servers require it in HTTP/1.1 (section 3.2).
    writer.bytes(HOST_NAME);
    writer.latin1(rewrite.upstreamHost);
    writer.bytes(CRLF);
    added++;
  }
  const dropped = HOP_BY_HOP | REWRITTEN | (rewrite.peer.isTrusted ? 0 : TRUSTED_ONLY) |
    (head.isUpgrade ? 0 : UPGRADE) | (hasAuthority ? HOST : 0);
  const copied = copyFields(writer, head, dropped);
  if (head.isUpgrade) {
    writer.bytes(CONNECTION_UPGRADE);
    added++;
  }
  if (rewrite.via) {
    writer.bytes(rewrite.isHttp2 === true ? VIA_20 : head.isHttp10 ? VIA_10 : VIA_11);
    added++;
  }
  added += writeForwarding(writer, head, rewrite);
  writer.bytes(CRLF);
  return copied + added;
}

/** Writes the fields that say where a request came from, and returns how many they are. */
function writeForwarding(writer: HeadWriter, head: RequestHead, rewrite: RequestRewrite): number {
  let added = 3;
  const { bytes, fields } = head;
  const { peer, rawPrefix } = rewrite;
  const isForwarded = (kind: FieldKind): boolean =>
    peer.isTrusted && findField(fields, kind) !== -1;
  writer.bytes(FORWARDED_FOR);
  if (peer.isTrusted) copyList(writer, head, FieldKind.ForwardedFor);
  writer.bytes(peer.addressBytes);
  writer.bytes(CRLF);
  if (!isForwarded(FieldKind.ForwardedHost)) {
    writer.bytes(FORWARDED_HOST);
    writeHost(writer, bytes, head);
    writer.bytes(CRLF);
    added++;
  }
  if (!isForwarded(FieldKind.ForwardedProto)) {
    writer.bytes(FORWARDED_PROTO);
    writer.bytes(peer.protoBytes);
    writer.bytes(CRLF);
    added++;
  }
  if (rawPrefix !== "" || isForwarded(FieldKind.ForwardedPrefix)) {
    writer.bytes(FORWARDED_PREFIX);
    if (peer.isTrusted) copyPrefix(writer, head);
    writer.latin1(rawPrefix);
    writer.bytes(CRLF);
    added++;
  }
  writer.bytes(CLIENT_ADDRESS);
  writer.bytes(rewrite.clientBytes);
  writer.bytes(CRLF);
  writer.bytes(REQUEST_ID);
  writer.latin1(rewrite.requestId);
  writer.bytes(CRLF);
  return added;
}

/** Copies all values of a field, each followed by a separator. */
function copyList(writer: HeadWriter, { bytes, fields }: RequestHead, kind: FieldKind): void {
  let index = findField(fields, kind);
  while (index !== -1) {
    const [start, end] = [valueStart(fields, index), valueEnd(fields, index)];
    writer.copy(bytes, start, end);
    if (end > start) writer.bytes(LIST_SEPARATOR);
    index = findField(fields, kind, index + 1);
  }
}

/** Copies the prefix that earlier proxies stripped, to put ours after it. */
function copyPrefix(writer: HeadWriter, { bytes, fields }: RequestHead): void {
  const index = findField(fields, FieldKind.ForwardedPrefix);
  if (index === -1) return;
  let end = valueEnd(fields, index);
  while (end > valueStart(fields, index) && bytes[end - 1] === SLASH) end--;
  writer.copy(bytes, valueStart(fields, index), end);
}

/** Decides the changes to a response. `isRead`: the request's body was read to its end. */
export function planResponse(
  response: Pick<ResponseHead, "framing" | "isChunked">,
  request: Pick<RequestHead, "isHttp10" | "isPersistent">,
  { isRead, via }: { readonly isRead: boolean; readonly via: boolean },
): ResponseRewrite {
  const { isHttp10 } = request;
  const isDechunked = isHttp10 && response.isChunked;
  const hasOpenEnd = response.framing.type === "close" || isDechunked;
  return {
    isForHttp10: isHttp10,
    isPersistent: request.isPersistent && isRead && !(isHttp10 && hasOpenEnd),
    isRechunked: !isHttp10 && response.framing.type === "close",
    isDechunked,
    via,
  };
}

/** Returns true if a response head can be forwarded unchanged, apart from `Via`. */
export function isPlainResponse(head: ResponseHead, rewrite: ResponseRewrite): boolean {
  if (head.isHttp10 || rewrite.isForHttp10 || !rewrite.isPersistent) {
    return false;
  }
  if (rewrite.isRechunked) return false;
  const { bytes, fields } = head;
  const changed = HOP_BY_HOP | UPGRADE | (isWithoutLength(head) ? CONTENT_LENGTH : 0);
  for (let index = 0; index < fields.count; index++) {
    const kind = fields.kinds[index]!;
    if ((changed >>> kind & 1) === 1) return false;
    if ((FRAMING >>> kind & 1) === 1 && hasOddBlanks(bytes, fields, index)) return false;
  }
  return true;
}

/** Writes a plain response head with a `Via` field. */
export function writeWithVia(writer: HeadWriter, { bytes, start, end }: ResponseHead): void {
  writer.clear();
  writer.copy(bytes, start, end - CRLF.length);
  writer.bytes(VIA_11);
  writer.bytes(CRLF);
}

/** Some send the length zero with these, which must not have one (RFC 9110, section 8.6). */
function isWithoutLength({ status }: ResponseHead): boolean {
  return status < 200 || status === 204;
}

/** Writes the response head for the client. */
export function writeResponseHead(
  writer: HeadWriter,
  head: ResponseHead,
  rewrite: ResponseRewrite,
): void {
  writer.clear();
  writer.bytes(STATUS_11);
  writer.copy(head.bytes, head.start + STATUS_11.length, head.fieldsStart);
  const isUpgrade = head.status === 101;
  const dropped = HOP_BY_HOP | (isUpgrade || head.status === 426 ? 0 : UPGRADE) |
    (rewrite.isDechunked ? TRANSFER_ENCODING : 0) | (isWithoutLength(head) ? CONTENT_LENGTH : 0);
  copyFields(writer, head, dropped);
  if (rewrite.via) writer.bytes(head.isHttp10 ? VIA_10 : VIA_11);
  if (rewrite.isRechunked) writer.bytes(CHUNKED_LINE);
  if (isUpgrade) writer.bytes(CONNECTION_UPGRADE);
  else if (!rewrite.isPersistent) writer.bytes(CONNECTION_CLOSE);
  else if (rewrite.isForHttp10) writer.bytes(CONNECTION_KEEP_ALIVE);
  writer.bytes(CRLF);
}

/** The part of a head that {@linkcode copyFields} reads. */
interface FieldSource {
  readonly bytes: Uint8Array;
  readonly fields: FieldTable;
  readonly connectionNames: readonly { readonly start: number; readonly end: number }[];
}

/**
 * Copies all field lines except dropped ones, and returns how many it has written. Copies adjacent
 * lines at once.
 */
function copyFields(writer: HeadWriter, source: FieldSource, dropped: number): number {
  let copied = 0;
  const { bytes, fields } = source;
  let runStart = -1;
  let runEnd = -1;
  for (let index = 0; index < fields.count; index++) {
    const kind = fields.kinds[index]!;
    const isKept = (dropped >>> kind & 1) === 0;
    const isWritten = isKept &&
      !(kind === FieldKind.Other && (isListed(source, index) || isPageCookie(source, index)));
    const isAnew = (FRAMING >>> kind & 1) === 1 && hasOddBlanks(bytes, fields, index);
    if (isWritten) copied++;
    if (isWritten && !isAnew) {
      if (runStart === -1) runStart = nameStart(fields, index);
      runEnd = lineEnd(bytes, valueEnd(fields, index));
      continue;
    }
    if (runStart !== -1) writer.copy(bytes, runStart, runEnd);
    runStart = -1;
    if (isWritten) writeField(writer, source, index);
  }
  if (runStart !== -1) writer.copy(bytes, runStart, runEnd);
  return copied;
}

/** Writes a field line anew, with one space before its value. */
function writeField(writer: HeadWriter, { bytes, fields }: FieldSource, index: number): void {
  writer.copy(bytes, nameStart(fields, index), nameEnd(fields, index));
  writer.bytes(FIELD_SEPARATOR);
  writer.copy(bytes, valueStart(fields, index), valueEnd(fields, index));
  writer.bytes(CRLF);
}

/** Returns true if there is white space around a value apart from one space before it. */
function hasOddBlanks(bytes: Uint8Array, fields: FieldTable, index: number): boolean {
  const blanks = valueStart(fields, index) - nameEnd(fields, index) - 1;
  const isUsual = blanks === 0 || blanks === 1 && bytes[valueStart(fields, index) - 1] === SPACE;
  return !isUsual || bytes[valueEnd(fields, index)] !== CR;
}

/** Returns true for a field with the cookie of ddsrv's page; a browser sends it to all ports. */
function isPageCookie({ bytes, fields }: FieldSource, index: number): boolean {
  const start = nameStart(fields, index);
  if (nameEnd(fields, index) - start !== COOKIE.length || !matchesAt(bytes, start, COOKIE)) {
    return false;
  }
  const last = valueEnd(fields, index) - PAGE_COOKIE_BYTES.length;
  for (let at = valueStart(fields, index); at <= last; at++) {
    if (isAt(bytes, at, PAGE_COOKIE_BYTES)) return true;
  }
  return false;
}

/** Returns true if `Connection` lists a field. Applies only to fields unknown to the proxy. */
function isListed({ bytes, fields, connectionNames }: FieldSource, index: number): boolean {
  if (connectionNames.length === 0) return false;
  const start = nameStart(fields, index);
  const length = nameEnd(fields, index) - start;
  return connectionNames.some((name) => {
    if (name.end - name.start !== length) return false;
    for (let at = 0; at < length; at++) {
      if (lower(bytes[name.start + at]!) !== lower(bytes[start + at]!)) {
        return false;
      }
    }
    return true;
  });
}

function writeHost(writer: HeadWriter, bytes: Uint8Array, head: RequestHead): void {
  if (head.authorityEnd > head.authorityStart) {
    writer.copy(bytes, head.authorityStart, head.authorityEnd);
    return;
  }
  const { fields } = head;
  const index = findField(fields, FieldKind.Host);
  if (index !== -1) writer.copy(bytes, valueStart(fields, index), valueEnd(fields, index));
}

/** Returns the position after the CRLF of a line, given the end of its value. */
function lineEnd(bytes: Uint8Array, position: number): number {
  while (bytes[position] === SPACE || bytes[position] === TAB) position++;
  return position + 2;
}

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
}

function bitsOf(...kinds: readonly FieldKind[]): number {
  return kinds.reduce((bits, kind) => bits | 1 << kind, 0);
}
