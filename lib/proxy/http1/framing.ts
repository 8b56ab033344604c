import { FieldKind } from "./field_names.ts";
import {
  fieldMembers,
  type FieldTable,
  findField,
  hasValue,
  type Range,
  valueEnd,
  valueStart,
} from "./fields.ts";
import { ascii, matchesAt } from "./octets.ts";

/** The way in which the end of a body is found (RFC 9112, section 6). */
export type Framing =
  | { readonly type: "none" }
  | { readonly type: "length"; readonly length: number }
  | { readonly type: "chunked" }
  /** The body ends when the connection closes; in responses only. */
  | { readonly type: "close" };

/** Framing as declared by the fields of a message, or the reason for rejecting it. */
export type DeclaredFraming =
  | { readonly type: "framing"; readonly framing: Framing | undefined }
  | { readonly type: "ambiguous"; readonly reason: string }
  /** A transfer coding that the proxy does not implement. */
  | { readonly type: "unsupported"; readonly reason: string };

/** The framing of a message without a body. */
export const NO_BODY: Framing = { type: "none" };

const CHUNKED: Framing = { type: "chunked" };
const CHUNKED_NAME = ascii("chunked");
const CHUNKED_DECLARED: DeclaredFraming = { type: "framing", framing: CHUNKED };
const NOTHING_DECLARED: DeclaredFraming = { type: "framing", framing: undefined };

/**
 * Parses `Content-Length` and `Transfer-Encoding`. Rejects both together, either of them twice, a
 * list of lengths, and a length that is not plain digits: two parsers could read them differently,
 * which allows request smuggling (RFC 9112, section 11.2).
 */
export function declaredFraming(
  bytes: Uint8Array,
  fields: FieldTable,
  isHttp10: boolean,
): DeclaredFraming {
  const length = findField(fields, FieldKind.ContentLength);
  const coding = findField(fields, FieldKind.TransferEncoding);
  if (length === -1 && coding === -1) return NOTHING_DECLARED;
  if (length !== -1 && coding !== -1) {
    return ambiguous("both Content-Length and Transfer-Encoding");
  }
  if (coding !== -1) {
    if (isHttp10) return ambiguous("Transfer-Encoding in HTTP/1.0");
    if (findField(fields, FieldKind.TransferEncoding, coding + 1) !== -1) {
      return ambiguous("more than one Transfer-Encoding");
    }
    if (hasValue(bytes, fields, { index: coding, lower: CHUNKED_NAME })) {
      return CHUNKED_DECLARED;
    }
    return otherCoding(bytes, fieldMembers(bytes, fields, coding));
  }
  if (findField(fields, FieldKind.ContentLength, length + 1) !== -1) {
    return ambiguous("more than one Content-Length");
  }
  const value = parseLength(bytes, valueStart(fields, length), valueEnd(fields, length));
  if (value === undefined) {
    return ambiguous("a Content-Length that is not a number");
  }
  return { type: "framing", framing: value === 0 ? NO_BODY : { type: "length", length: value } };
}

/**
 * Codings before a final `chunked` are valid but not implemented. If `chunked` is not the last
 * coding, or is there twice, the end of the body is unknown (RFC 9112, sections 6.1 and 6.3).
 */
function otherCoding(bytes: Uint8Array, codings: readonly Range[]): DeclaredFraming {
  const isChunked = codings.map(({ start, end }) =>
    end - start === CHUNKED_NAME.length && matchesAt(bytes, start, CHUNKED_NAME)
  );
  if (isChunked.indexOf(true) === codings.length - 1 && codings.length > 1) {
    return { type: "unsupported", reason: "a Transfer-Encoding other than chunked" };
  }
  return ambiguous("a Transfer-Encoding that does not end with exactly one chunked");
}

/** Parses plain digits, up to the maximum safe integer. */
function parseLength(bytes: Uint8Array, start: number, end: number): number | undefined {
  if (start === end || end - start > 16) return undefined;
  let value = 0;
  for (let index = start; index < end; index++) {
    const digit = bytes[index]! - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value <= Number.MAX_SAFE_INTEGER ? value : undefined;
}

function ambiguous(reason: string): DeclaredFraming {
  return { type: "ambiguous", reason };
}
