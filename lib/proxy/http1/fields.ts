import { type Fault, faultOf, malformed } from "./fault.ts";
import {
  ascii,
  COLON,
  COMMA,
  CR,
  FIELD_VALUE,
  latin1,
  LF,
  matchesAt,
  SPACE,
  TAB,
  TOKEN,
} from "./octets.ts";

/** What a field is to a proxy. */
export enum FieldKind {
  /** Passed on as it is. */
  Other,
  ContentLength,
  TransferEncoding,
  Connection,
  Host,
  Upgrade,
  Expect,
  /** Meant for the next hop alone, and always dropped (RFC 9110, section 7.6.1). */
  HopByHop,
  /** These say where a request came from, and are never believed when a stranger sends them. */
  ForwardedFor,
  ForwardedHost,
  ForwardedProto,
  ForwardedPrefix,
  ForwardedElse,
  RequestId,
  Accept,
  HealthCheck,
}

/** Field lines of one message as offsets into its buffer; reused for the next message. */
export interface FieldTable {
  count: number;
  /** Four numbers a field: start and end of the name, start and end of the value. */
  readonly offsets: Int32Array;
  readonly kinds: Uint8Array;
}

const KNOWN: readonly (readonly [string, FieldKind])[] = [
  ["content-length", FieldKind.ContentLength],
  ["transfer-encoding", FieldKind.TransferEncoding],
  ["connection", FieldKind.Connection],
  ["host", FieldKind.Host],
  ["upgrade", FieldKind.Upgrade],
  ["expect", FieldKind.Expect],
  ["keep-alive", FieldKind.HopByHop],
  ["proxy-connection", FieldKind.HopByHop],
  ["proxy-authenticate", FieldKind.HopByHop],
  ["proxy-authorization", FieldKind.HopByHop],
  ["te", FieldKind.HopByHop],
  ["x-forwarded-for", FieldKind.ForwardedFor],
  ["x-forwarded-host", FieldKind.ForwardedHost],
  ["x-forwarded-proto", FieldKind.ForwardedProto],
  ["x-forwarded-prefix", FieldKind.ForwardedPrefix],
  ["accept", FieldKind.Accept],
  ["x-real-ip", FieldKind.ForwardedElse],
  ["true-client-ip", FieldKind.ForwardedElse],
  ["forwarded", FieldKind.ForwardedElse],
  ["x-request-id", FieldKind.RequestId],
  ["x-graphand-healthcheck", FieldKind.HealthCheck],
];

/** How further names begin that say where a request came from. */
const FORWARDED_PREFIX = ascii("x-forwarded-");

/** The known names by their length, so that a field is compared with one or two of them. */
const BY_LENGTH: readonly (readonly {
  readonly name: Uint8Array;
  readonly kind: FieldKind;
}[])[] = Array.from(
  { length: 32 },
  (_, length) =>
    KNOWN.filter(([name]) => name.length === length)
      .map(([name, kind]) => ({ name: ascii(name), kind })),
);

/** A table with room for `maxFields`. */
export function createFieldTable(maxFields: number): FieldTable {
  return { count: 0, offsets: new Int32Array(maxFields * 4), kinds: new Uint8Array(maxFields) };
}

/**
 * Reads field lines from `start` to `end`, where `end` is just behind the empty line that closes
 * them. Refused are a bare CR or LF, a space before the colon, a folded line and control characters
 * (RFC 9112, sections 2.2 and 5).
 */
export function parseFields(
  bytes: Uint8Array,
  range: {
    readonly start: number;
    readonly end: number;
    readonly into: FieldTable;
  },
): Fault | undefined {
  const { end, into } = range;
  const maxFields = into.kinds.length;
  let position = range.start;
  into.count = 0;
  for (;;) {
    if (bytes[position] === CR) {
      if (position + 2 === end && bytes[position + 1] === LF) return undefined;
      return malformed("a CR without its LF");
    }
    if (into.count === maxFields) {
      return faultOf("too-many-fields", { detail: `more than ${maxFields} fields` });
    }
    const nameStart = position;
    while (TOKEN[bytes[position]!] === 1) position++;
    if (position === nameStart) {
      return malformed("a field line does not begin with a name");
    }
    if (bytes[position] !== COLON) {
      return malformed("a field's name is not followed by a colon");
    }
    const nameEnd = position++;
    while (bytes[position] === SPACE || bytes[position] === TAB) position++;
    const valueStart = position;
    while (FIELD_VALUE[bytes[position]!] === 1) position++;
    if (bytes[position] !== CR || bytes[position + 1] !== LF) {
      return malformed("a field's value holds a control character or a bare line end");
    }
    let valueEnd = position;
    while (valueEnd > valueStart && isBlank(bytes[valueEnd - 1]!)) valueEnd--;
    addField(into, [nameStart, nameEnd, valueStart, valueEnd]);
    into.kinds[into.count - 1] = classify(bytes, nameStart, nameEnd);
    position += 2;
  }
}

/** Start of a field's line. */
export function nameStart(table: FieldTable, index: number): number {
  return table.offsets[index * 4]!;
}

/** End of a field's name. */
export function nameEnd(table: FieldTable, index: number): number {
  return table.offsets[index * 4 + 1]!;
}

/** Start of a field's value, without the white space before it. */
export function valueStart(table: FieldTable, index: number): number {
  return table.offsets[index * 4 + 2]!;
}

/** End of a field's value, without the white space behind it. */
export function valueEnd(table: FieldTable, index: number): number {
  return table.offsets[index * 4 + 3]!;
}

/** Index of the first field of a kind from `from` on, or -1. */
export function findField(table: FieldTable, kind: FieldKind, from = 0): number {
  for (let index = from; index < table.count; index++) {
    if (table.kinds[index] === kind) return index;
  }
  return -1;
}

/** Whether a field's whole value is `lower`, in any case. */
export function hasValue(
  bytes: Uint8Array,
  table: FieldTable,
  { index, lower }: { readonly index: number; readonly lower: Uint8Array },
): boolean {
  const start = valueStart(table, index);
  return valueEnd(table, index) - start === lower.length &&
    matchesAt(bytes, start, lower);
}

/**
 * Value of the first field of a name, which is written in lower case, one character a byte; empty
 * when there is none. It looks at every name: for what is seldom asked for.
 */
export function fieldText(bytes: Uint8Array, table: FieldTable, lowerName: Uint8Array): string {
  for (let index = 0; index < table.count; index++) {
    const start = nameStart(table, index);
    const isAsLong = nameEnd(table, index) - start === lowerName.length;
    if (!isAsLong || !matchesAt(bytes, start, lowerName)) continue;
    return latin1(bytes, valueStart(table, index), valueEnd(table, index));
  }
  return "";
}

/** A stretch of a buffer. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** The members of a field's comma-separated value; empty ones are left out. */
export function fieldMembers(bytes: Uint8Array, table: FieldTable, index: number): Range[] {
  const end = valueEnd(table, index);
  const members: Range[] = [];
  let position = valueStart(table, index);
  while (position < end) {
    let stop = position;
    while (stop < end && bytes[stop] !== COMMA) stop++;
    let [from, to] = [position, stop];
    while (from < to && isBlank(bytes[from]!)) from++;
    while (to > from && isBlank(bytes[to - 1]!)) to--;
    if (to > from) members.push({ start: from, end: to });
    position = stop + 1;
  }
  return members;
}

function addField(table: FieldTable, offsets: readonly [number, number, number, number]): void {
  const base = table.count++ * 4;
  table.offsets[base] = offsets[0];
  table.offsets[base + 1] = offsets[1];
  table.offsets[base + 2] = offsets[2];
  table.offsets[base + 3] = offsets[3];
}

function classify(bytes: Uint8Array, start: number, end: number): FieldKind {
  const candidates = BY_LENGTH[end - start];
  for (const { name, kind } of candidates ?? []) {
    if (matchesAt(bytes, start, name)) return kind;
  }
  const isForwarded = end - start > FORWARDED_PREFIX.length &&
    matchesAt(bytes, start, FORWARDED_PREFIX);
  return isForwarded ? FieldKind.ForwardedElse : FieldKind.Other;
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}
