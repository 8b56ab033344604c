import { FieldKind } from "./field_names.ts";
import { fieldMembers, type FieldTable, findField, type Range } from "./fields.ts";
import { ascii, latin1, matchesAt } from "./octets.ts";

/** Options in the `Connection` fields of a message (RFC 9110, section 7.6.1). */
export interface ConnectionOptions {
  readonly hasClose: boolean;
  readonly hasKeepAlive: boolean;
  readonly hasUpgrade: boolean;
  /** All other options: names of fields that are for this hop only. */
  readonly names: readonly Range[];
}

const CLOSE = ascii("close");
const KEEP_ALIVE = ascii("keep-alive");
const UPGRADE = ascii("upgrade");

/** A bound on work: each name is compared with each field. */
const MAX_NAMES = 32;

/** Longer than any hop-by-hop field name in use. */
const MAX_NAME_BYTES = 64;

const NO_NAMES: readonly Uint8Array[] = [];
const NO_OPTIONS: ConnectionOptions = {
  hasClose: false,
  hasKeepAlive: false,
  hasUpgrade: false,
  names: [],
};

/** Parses the `Connection` fields. Returns `undefined` if they list too many or too long names. */
export function readConnectionOptions(
  bytes: Uint8Array,
  fields: FieldTable,
): ConnectionOptions | undefined {
  let index = findField(fields, FieldKind.Connection);
  if (index === -1) return NO_OPTIONS;
  let [hasClose, hasKeepAlive, hasUpgrade] = [false, false, false];
  const names: Range[] = [];
  while (index !== -1) {
    for (const member of fieldMembers(bytes, fields, index)) {
      if (isOption(bytes, member, CLOSE)) hasClose = true;
      else if (isOption(bytes, member, KEEP_ALIVE)) hasKeepAlive = true;
      else if (isOption(bytes, member, UPGRADE)) hasUpgrade = true;
      else if (names.push(member) > MAX_NAMES) return undefined;
      else if (member.end - member.start > MAX_NAME_BYTES) return undefined;
    }
    index = findField(fields, FieldKind.Connection, index + 1);
  }
  return { hasClose, hasKeepAlive, hasUpgrade, names };
}

/** Copies the names that `Connection` lists, in lower case; they outlive the buffer of the head. */
export function copyHopNames(
  { bytes, connectionNames }: {
    readonly bytes: Uint8Array;
    readonly connectionNames: readonly Range[];
  },
): readonly Uint8Array[] {
  if (connectionNames.length === 0) return NO_NAMES;
  return connectionNames.map(({ start, end }) => ascii(latin1(bytes, start, end).toLowerCase()));
}

function isOption(bytes: Uint8Array, { start, end }: Range, lower: Uint8Array): boolean {
  return end - start === lower.length && matchesAt(bytes, start, lower);
}
