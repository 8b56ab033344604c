import { FieldKind, findField, nameEnd, nameStart, valueEnd, valueStart } from "./fields.ts";
import type { HeadWriter } from "./head_writer.ts";
import { ascii, SLASH, SPACE, TAB } from "./octets.ts";
import type { RequestHead } from "./request_head.ts";
import type { ResponseHead } from "./response_head.ts";

/** What a request's head gets on its way to the function. */
export interface RequestRewrite {
  /** Where the target's rest begins, behind the prefix. */
  readonly restStart: number;
  /** The prefix as the client sent it, `/name`. */
  readonly rawPrefix: string;
  /** The client's address. */
  readonly forwardedFor: string;
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
const HOST_NAME = ascii("Host: ");
const CONNECTION_UPGRADE = ascii("Connection: Upgrade\r\n");
const CONNECTION_CLOSE = ascii("Connection: close\r\n");
const CONNECTION_KEEP_ALIVE = ascii("Connection: keep-alive\r\n");
const CHUNKED_LINE = ascii("Transfer-Encoding: chunked\r\n");
const FORWARDED_FOR = ascii("X-Forwarded-For: ");
const FORWARDED_HOST = ascii("\r\nX-Forwarded-Host: ");
const FORWARDED_PREFIX = ascii("\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Prefix: ");
const REQUEST_ID = ascii("\r\nX-Request-Id: ");

/**
 * Writes the head that the function gets: the prefix off, hop-by-hop fields off, forwarding fields
 * on, all else as it came. RFC 9110, section 7.6.
 */
export function writeRequestHead(
  writer: HeadWriter,
  source: { readonly bytes: Uint8Array; readonly head: RequestHead },
  rewrite: RequestRewrite,
): void {
  const { bytes, head } = source;
  writer.clear();
  writer.copy(bytes, head.methodStart, head.methodEnd);
  // The rest of a target may be empty or a query alone; a path begins with a slash.
  const isPath = bytes[rewrite.restStart] === SLASH &&
    rewrite.restStart < head.targetEnd;
  writer.latin1(isPath ? " " : " /");
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
  copyFields(writer, source, (kind) => {
    switch (kind) {
      case FieldKind.Connection:
      case FieldKind.HopByHop:
      case FieldKind.Forwarding:
      case FieldKind.RequestId:
        return false;
      case FieldKind.Upgrade:
        return head.isUpgrade;
      case FieldKind.Host:
        return !hasAuthority;
      default:
        return true;
    }
  });
  if (head.isUpgrade) writer.bytes(CONNECTION_UPGRADE);
  writer.bytes(FORWARDED_FOR);
  writer.latin1(rewrite.forwardedFor);
  writer.bytes(FORWARDED_HOST);
  writeHost(writer, bytes, head);
  writer.bytes(FORWARDED_PREFIX);
  writer.latin1(rewrite.rawPrefix);
  writer.bytes(REQUEST_ID);
  writer.latin1(rewrite.requestId);
  writer.bytes(CRLF);
  writer.bytes(CRLF);
}

/** Whether an answer's head can be passed on as the function sent it. */
export function isPlainResponse(head: ResponseHead, rewrite: ResponseRewrite): boolean {
  if (head.isHttp10 || rewrite.isForHttp10 || !rewrite.isPersistent) {
    return false;
  }
  if (rewrite.isRechunked) return false;
  const { fields } = head;
  for (let index = 0; index < fields.count; index++) {
    const kind = fields.kinds[index];
    if (
      kind === FieldKind.Connection || kind === FieldKind.HopByHop ||
      kind === FieldKind.Upgrade
    ) return false;
  }
  return true;
}

/** Writes the head that the client gets. */
export function writeResponseHead(
  writer: HeadWriter,
  source: { readonly bytes: Uint8Array; readonly head: ResponseHead },
  rewrite: ResponseRewrite,
): void {
  const { bytes, head } = source;
  writer.clear();
  writer.bytes(STATUS_11);
  writer.copy(bytes, head.start + STATUS_11.length, head.fieldsStart);
  const isUpgrade = head.status === 101;
  copyFields(writer, source, (kind) => {
    switch (kind) {
      case FieldKind.Connection:
      case FieldKind.HopByHop:
        return false;
      case FieldKind.Upgrade:
        return isUpgrade || head.status === 426;
      case FieldKind.TransferEncoding:
        return !rewrite.isDechunked;
      default:
        return true;
    }
  });
  if (rewrite.isRechunked) writer.bytes(CHUNKED_LINE);
  if (isUpgrade) writer.bytes(CONNECTION_UPGRADE);
  else if (!rewrite.isPersistent) writer.bytes(CONNECTION_CLOSE);
  else if (rewrite.isForHttp10) writer.bytes(CONNECTION_KEEP_ALIVE);
  writer.bytes(CRLF);
}

/** A head that field lines come from, with the names that `Connection` marks as hop-by-hop. */
interface FieldSource {
  readonly bytes: Uint8Array;
  readonly head: Pick<RequestHead | ResponseHead, "fields" | "connectionNames">;
}

/** Copies the lines of the fields to keep, each run of neighbours at once. */
function copyFields(
  writer: HeadWriter,
  source: FieldSource,
  isKept: (kind: FieldKind) => boolean,
): void {
  const { bytes } = source;
  const { fields } = source.head;
  let runStart = -1;
  let runEnd = -1;
  for (let index = 0; index < fields.count; index++) {
    const kind = fields.kinds[index]!;
    if (isKept(kind) && !(kind === FieldKind.Other && isListed(source, index))) {
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
function isListed(source: FieldSource, index: number): boolean {
  const { bytes } = source;
  const { fields, connectionNames } = source.head;
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
  for (let index = 0; index < fields.count; index++) {
    if (fields.kinds[index] !== FieldKind.Host) continue;
    writer.copy(bytes, valueStart(fields, index), valueEnd(fields, index));
    return;
  }
}

/** Behind the CRLF that closes the line; white space before it belongs to the line. */
function lineEnd(bytes: Uint8Array, position: number): number {
  while (bytes[position] === SPACE || bytes[position] === TAB) position++;
  return position + 2;
}

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
}
