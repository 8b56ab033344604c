import {
  FieldKind,
  type FieldTable,
  findField,
  nameEnd,
  nameStart,
  valueEnd,
  valueStart,
} from "./http1/fields.ts";
import type { HeadWriter } from "./http1/head_writer.ts";
import { ascii, SLASH, SPACE, STAR, TAB } from "./http1/octets.ts";
import type { Peer } from "./peer.ts";
import type { RequestHead } from "./http1/request_head.ts";
import type { ResponseHead } from "./http1/response_head.ts";

/** What a request's head gets on its way to the function. */
export interface RequestRewrite {
  /** Where the target's rest begins, behind the prefix that is taken off. */
  readonly restStart: number;
  /** The prefix that is taken off, as the client sent it: `/name`; empty when none is. */
  readonly rawPrefix: string;
  readonly peer: Peer;
  /** What stands for the request in everybody's logs, as bytes. */
  readonly requestId: string;
  /** The function's own address, for a request that names no host. */
  readonly upstreamHost: string;
}

/** What an answer's head gets on its way to the client. */
export interface ResponseRewrite {
  /** The client speaks HTTP/1.0. */
  readonly isForHttp10: boolean;
  /** The connection stays open after this answer. */
  readonly isPersistent: boolean;
  /** A body without a declared end is given chunks. */
  readonly isRechunked: boolean;
  /** A chunked body loses its chunks, for HTTP/1.0. */
  readonly isDechunked: boolean;
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
const REQUEST_ID = ascii("X-Request-Id: ");

/** Kinds of fields as bits. */
const HOP_BY_HOP = bitsOf(FieldKind.Connection, FieldKind.HopByHop);
const UPGRADE = bitsOf(FieldKind.Upgrade);
const HOST = bitsOf(FieldKind.Host);
/** Written anew in any case, with what was there before where that is believed. */
const EXTENDED = bitsOf(
  FieldKind.ForwardedFor,
  FieldKind.ForwardedPrefix,
  FieldKind.RequestId,
);
/** Passed on when a trusted peer sends them. */
const BELIEVED = bitsOf(
  FieldKind.ForwardedHost,
  FieldKind.ForwardedProto,
  FieldKind.ForwardedElse,
);

/**
 * Writes the head that the function gets: the prefix off, hop-by-hop fields off, forwarding fields
 * on, all else as it came. RFC 9110, section 7.6.
 */
export function writeRequestHead(
  writer: HeadWriter,
  head: RequestHead,
  rewrite: RequestRewrite,
): void {
  const { bytes } = head;
  writer.clear();
  writer.copy(bytes, head.methodStart, head.methodEnd);
  // The rest of a target may be empty or a query alone; a path begins with a slash.
  const first = rewrite.restStart < head.targetEnd ? bytes[rewrite.restStart] : undefined;
  writer.latin1(first === SLASH || first === STAR ? " " : " /");
  writer.copy(bytes, rewrite.restStart, head.targetEnd);
  writer.bytes(HTTP_11_LINE_END);
  const hasAuthority = head.authorityEnd > head.authorityStart;
  if (hasAuthority) {
    // The target's authority stands for whatever Host says (RFC 9112, section 3.2.2).
    writer.bytes(HOST_NAME);
    writer.copy(bytes, head.authorityStart, head.authorityEnd);
    writer.bytes(CRLF);
  } else if (head.isHttp10 && findField(head.fields, FieldKind.Host) === -1) {
    // HTTP/1.0 goes without, HTTP/1.1 does not, and servers insist on it (section 3.2).
    writer.bytes(HOST_NAME);
    writer.latin1(rewrite.upstreamHost);
    writer.bytes(CRLF);
  }
  const dropped = HOP_BY_HOP | EXTENDED | (rewrite.peer.isTrusted ? 0 : BELIEVED) |
    (head.isUpgrade ? 0 : UPGRADE) | (hasAuthority ? HOST : 0);
  copyFields(writer, head, dropped);
  if (head.isUpgrade) writer.bytes(CONNECTION_UPGRADE);
  writeForwarding(writer, head, rewrite);
  writer.bytes(CRLF);
}

/** What the function is told of where a request came from. */
function writeForwarding(writer: HeadWriter, head: RequestHead, rewrite: RequestRewrite): void {
  const { bytes, fields } = head;
  const { peer, rawPrefix } = rewrite;
  const isTold = (kind: FieldKind): boolean => peer.isTrusted && findField(fields, kind) !== -1;
  writer.bytes(FORWARDED_FOR);
  if (peer.isTrusted) copyList(writer, head, FieldKind.ForwardedFor);
  writer.bytes(peer.addressBytes);
  writer.bytes(CRLF);
  if (!isTold(FieldKind.ForwardedHost)) {
    writer.bytes(FORWARDED_HOST);
    writeHost(writer, bytes, head);
    writer.bytes(CRLF);
  }
  if (!isTold(FieldKind.ForwardedProto)) {
    writer.bytes(FORWARDED_PROTO);
    writer.bytes(peer.protoBytes);
    writer.bytes(CRLF);
  }
  if (rawPrefix !== "" || isTold(FieldKind.ForwardedPrefix)) {
    writer.bytes(FORWARDED_PREFIX);
    if (peer.isTrusted) copyPrefix(writer, head);
    writer.latin1(rawPrefix);
    writer.bytes(CRLF);
  }
  writer.bytes(REQUEST_ID);
  writer.latin1(rewrite.requestId);
  writer.bytes(CRLF);
}

/** The values of a field, each with the separator behind it. */
function copyList(writer: HeadWriter, { bytes, fields }: RequestHead, kind: FieldKind): void {
  let index = findField(fields, kind);
  while (index !== -1) {
    const [start, end] = [valueStart(fields, index), valueEnd(fields, index)];
    writer.copy(bytes, start, end);
    if (end > start) writer.bytes(LIST_SEPARATOR);
    index = findField(fields, kind, index + 1);
  }
}

/** The prefix that proxies before this one took off; ours goes on from there. */
function copyPrefix(writer: HeadWriter, { bytes, fields }: RequestHead): void {
  const index = findField(fields, FieldKind.ForwardedPrefix);
  if (index === -1) return;
  let end = valueEnd(fields, index);
  while (end > valueStart(fields, index) && bytes[end - 1] === SLASH) end--;
  writer.copy(bytes, valueStart(fields, index), end);
}

/** How an answer is to be written; `isRead` tells that the request's body was read whole. */
export function planResponse(
  response: Pick<ResponseHead, "framing" | "isChunked">,
  request: Pick<RequestHead, "isHttp10" | "isPersistent">,
  isRead: boolean,
): ResponseRewrite {
  const { isHttp10 } = request;
  const isDechunked = isHttp10 && response.isChunked;
  const hasOpenEnd = response.framing.type === "close" || isDechunked;
  return {
    isForHttp10: isHttp10,
    isPersistent: request.isPersistent && isRead && !(isHttp10 && hasOpenEnd),
    isRechunked: !isHttp10 && response.framing.type === "close",
    isDechunked,
  };
}

/** Whether an answer's head can be passed on as the function sent it. */
export function isPlainResponse(head: ResponseHead, rewrite: ResponseRewrite): boolean {
  if (head.isHttp10 || rewrite.isForHttp10 || !rewrite.isPersistent) {
    return false;
  }
  if (rewrite.isRechunked) return false;
  const { fields } = head;
  for (let index = 0; index < fields.count; index++) {
    if (((HOP_BY_HOP | UPGRADE) >>> fields.kinds[index]! & 1) === 1) return false;
  }
  return true;
}

/** Writes the head that the client gets. */
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
    (rewrite.isDechunked ? bitsOf(FieldKind.TransferEncoding) : 0);
  copyFields(writer, head, dropped);
  if (rewrite.isRechunked) writer.bytes(CHUNKED_LINE);
  if (isUpgrade) writer.bytes(CONNECTION_UPGRADE);
  else if (!rewrite.isPersistent) writer.bytes(CONNECTION_CLOSE);
  else if (rewrite.isForHttp10) writer.bytes(CONNECTION_KEEP_ALIVE);
  writer.bytes(CRLF);
}

/** A head that field lines come from, with the names that `Connection` marks as hop-by-hop. */
interface FieldSource {
  readonly bytes: Uint8Array;
  readonly fields: FieldTable;
  readonly connectionNames: readonly { readonly start: number; readonly end: number }[];
}

/** Copies the lines of all fields but those whose kind is dropped, each run of neighbours at once. */
function copyFields(writer: HeadWriter, source: FieldSource, dropped: number): void {
  const { bytes, fields } = source;
  let runStart = -1;
  let runEnd = -1;
  for (let index = 0; index < fields.count; index++) {
    const kind = fields.kinds[index]!;
    const isKept = (dropped >>> kind & 1) === 0;
    if (isKept && !(kind === FieldKind.Other && isListed(source, index))) {
      if (runStart === -1) runStart = nameStart(fields, index);
      runEnd = lineEnd(bytes, valueEnd(fields, index));
      continue;
    }
    if (runStart !== -1) writer.copy(bytes, runStart, runEnd);
    runStart = -1;
  }
  if (runStart !== -1) writer.copy(bytes, runStart, runEnd);
}

/** Only fields that mean nothing to the proxy may be taken off by a client's word. */
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

/** Behind the CRLF that closes the line; white space before it belongs to the line. */
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
