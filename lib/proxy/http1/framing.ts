import {
  FieldKind,
  fieldMembers,
  type FieldTable,
  findField,
  hasValue,
  type Range,
  valueEnd,
  valueStart,
} from "./fields.ts";
import { ascii, matchesAt } from "./octets.ts";

/** How a message's body ends (RFC 9112, section 6). */
export type Framing =
  | { readonly type: "none" }
  | { readonly type: "length"; readonly length: number }
  | { readonly type: "chunked" }
  /** With the connection; in answers only. */
  | { readonly type: "close" };

/** What the framing fields of a message say, or why they are refused. */
export type DeclaredFraming =
  | { readonly type: "framing"; readonly framing: Framing | undefined }
  | { readonly type: "ambiguous"; readonly reason: string }
  /** A transfer coding that we don't have. */
  | { readonly type: "unsupported"; readonly reason: string };

/** No body. */
export const NO_BODY: Framing = { type: "none" };

const CHUNKED: Framing = { type: "chunked" };
const CHUNKED_NAME = ascii("chunked");
const CHUNKED_DECLARED: DeclaredFraming = { type: "framing", framing: CHUNKED };
const NOTHING_DECLARED: DeclaredFraming = { type: "framing", framing: undefined };

/**
 * Reads `Content-Length` and `Transfer-Encoding`. Both together, either of them twice, a list of
 * lengths and a length that is not plain digits are refused: one parser's choice among them would
 * be another's request.
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
 * A coding before a last `chunked` is one that we don't have. With anything else than `chunked` at
 * the end, or with it twice, nobody can tell where the body ends (RFC 9112, sections 6.1 and 6.3).
 */
function otherCoding(bytes: Uint8Array, codings: readonly Range[]): DeclaredFraming {
  const isChunked = codings.map(({ start, end }) =>
    end - start === CHUNKED_NAME.length && matchesAt(bytes, start, CHUNKED_NAME)
  );
  if (isChunked.indexOf(true) === codings.length - 1 && codings.length > 1) {
    return { type: "unsupported", reason: "a Transfer-Encoding beside chunked" };
  }
  return ambiguous("a Transfer-Encoding that does not end with chunked, once");
}

/** Plain digits, up to the largest integer that is exact. */
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
