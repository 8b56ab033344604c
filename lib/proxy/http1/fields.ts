import { type Fault, faultOf, malformed } from "./fault.ts";
import { classifyName, FieldKind } from "./field_names.ts";
import {
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

/** Field lines of one message, as offsets into its buffer. Reused for the next message. */
export interface FieldTable {
  count: number;
  /** Four numbers for each field: start and end of the name, start and end of the value. */
  readonly offsets: Int32Array;
  readonly kinds: Uint8Array;
}

/** Creates an empty table for at most `maxFields` fields. */
export function createFieldTable(maxFields: number): FieldTable {
  return { count: 0, offsets: new Int32Array(maxFields * 4), kinds: new Uint8Array(maxFields) };
}

/**
 * Parses field lines from `start` to `end`, which is just after the empty line that ends them.
 * Returns a fault for a bare CR or LF, a space before the colon, a folded line or a control
 * character (RFC 9112, sections 2.2 and 5), and for more fields than the table holds.
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
      return malformed("a CR without LF");
    }
    if (into.count === maxFields) {
      return faultOf("too-many-fields", { detail: `more than ${maxFields} fields` });
    }
    const nameStart = position;
    while (TOKEN[bytes[position]!] === 1) position++;
    if (position === nameStart) {
      return malformed("a field line does not start with a name");
    }
    if (bytes[position] !== COLON) {
      return malformed("a field name is not followed by a colon");
    }
    const nameEnd = position++;
    while (bytes[position] === SPACE || bytes[position] === TAB) position++;
    const valueStart = position;
    while (FIELD_VALUE[bytes[position]!] === 1) position++;
    if (bytes[position] !== CR || bytes[position + 1] !== LF) {
      return malformed("a field value contains a control character or a bare CR or LF");
    }
    let valueEnd = position;
    while (valueEnd > valueStart && isBlank(bytes[valueEnd - 1]!)) valueEnd--;
    addField(into, [nameStart, nameEnd, valueStart, valueEnd]);
    into.kinds[into.count - 1] = classifyName(bytes, nameStart, nameEnd);
    position += 2;
  }
}

/** Start of a field's name, which is the start of its line. */
export function nameStart(table: FieldTable, index: number): number {
  return table.offsets[index * 4]!;
}

/** End of a field's name. */
export function nameEnd(table: FieldTable, index: number): number {
  return table.offsets[index * 4 + 1]!;
}

/** Start of a field's value, after leading white space. */
export function valueStart(table: FieldTable, index: number): number {
  return table.offsets[index * 4 + 2]!;
}

/** End of a field's value, before trailing white space. */
export function valueEnd(table: FieldTable, index: number): number {
  return table.offsets[index * 4 + 3]!;
}

/** Returns the index of the first field of a kind at or after `from`, or -1. */
export function findField(table: FieldTable, kind: FieldKind, from = 0): number {
  for (let index = from; index < table.count; index++) {
    if (table.kinds[index] === kind) return index;
  }
  return -1;
}

/** Returns true if a field's whole value equals `lower`, ignoring case. */
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
 * Returns the value of the first field with a name, given in lower case, as one character per
 * byte; an empty string if there is none. It compares all names, so keep it for rare fields.
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

/** A range of a buffer. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Splits a field's comma-separated value. Skips empty members. */
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

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}
