import type { Limits } from "../../config/limits.ts";
import { readConnectionOptions } from "./connection_field.ts";
import { type Fault, faultOf, malformed } from "./fault.ts";
import {
  createFieldTable,
  FieldKind,
  fieldMembers,
  type FieldTable,
  findField,
  hasValue,
  parseFields,
  type Range,
  valueEnd,
  valueStart,
} from "./fields.ts";
import { declaredFraming, type Framing, NO_BODY } from "./framing.ts";

import {
  ascii,
  CLOSING_BRACKET,
  COLON,
  CR,
  HOST,
  IP_LITERAL,
  latin1,
  LF,
  matchesAt,
  NO_BYTES,
  OPENING_BRACKET,
  SLASH,
  SPACE,
  STAR,
  TARGET,
  TOKEN,
} from "./octets.ts";

/** A parsed request head: offsets into the buffer that it was read from. Reused for the next one. */
export interface RequestHead {
  /** The buffer that it was read from. */
  bytes: Uint8Array;
  methodStart: number;
  methodEnd: number;
  /** The target without scheme and authority: from here on it is a path and a query, or `*`. */
  targetStart: number;
  targetEnd: number;
  /** Authority of a target in absolute form; empty range (equal) in any other form. */
  authorityStart: number;
  authorityEnd: number;
  isHttp10: boolean;
  isHead: boolean;
  framing: Framing;
  /** Whether the client wants to keep the connection. */
  isPersistent: boolean;
  /** Whether the client wants to leave HTTP on this connection (RFC 9110, section 7.8). */
  isUpgrade: boolean;
  isHealthCheck: boolean;
  /** Names that `Connection` lists beside its own options, as offset ranges. */
  connectionNames: readonly { readonly start: number; readonly end: number }[];
  readonly fields: FieldTable;
}

const METHOD_HEAD = ascii("head");
const METHOD_CONNECT = ascii("connect");
const METHOD_OPTIONS = ascii("options");
const H2C = ascii("h2c");
const TRUE = ascii("true");
const HTTP_1 = ascii("HTTP/1.");
const SCHEMES = [ascii("http://"), ascii("https://")];
const NO_NAMES: RequestHead["connectionNames"] = [];

/** An empty head to parse into. */
export function createRequestHead(maxFields: number): RequestHead {
  return {
    bytes: NO_BYTES,
    methodStart: 0,
    methodEnd: 0,
    targetStart: 0,
    targetEnd: 0,
    authorityStart: 0,
    authorityEnd: 0,
    isHttp10: false,
    isHead: false,
    framing: NO_BODY,
    isPersistent: true,
    isUpgrade: false,
    isHealthCheck: false,
    connectionNames: NO_NAMES,
    fields: createFieldTable(maxFields),
  };
}

/**
 * Reads a request's head, whose end `findHeadEnd` has found, into `into`. Strict: what two parsers
 * could read differently is a fault. RFC 9112, sections 2 to 6.
 */
export function parseRequestHead(
  bytes: Uint8Array,
  range: { readonly start: number; readonly end: number },
  into: RequestHead,
  limits: Pick<Limits, "maxTargetBytes">,
): Fault | undefined {
  into.bytes = bytes;
  into.isHead = false;
  const lineEnd = parseRequestLine(bytes, range.start, into, limits);
  if (typeof lineEnd !== "number") return lineEnd;
  return parseFields(bytes, { start: lineEnd, end: range.end, into: into.fields }) ??
    readConnection(bytes, into) ??
    readHost(bytes, into) ??
    readFraming(bytes, into);
}

/** Gives the position behind the line, or a fault. */
function parseRequestLine(
  bytes: Uint8Array,
  start: number,
  into: RequestHead,
  limits: Pick<Limits, "maxTargetBytes">,
): number | Fault {
  let position = start;
  while (TOKEN[bytes[position]!] === 1) position++;
  if (position === start || bytes[position] !== SPACE) {
    return malformed("the request line does not begin with a method and a space");
  }
  into.methodStart = start;
  into.methodEnd = position++;
  const targetStart = position;
  while (TARGET[bytes[position]!] === 1) position++;
  if (position === targetStart || bytes[position] !== SPACE) {
    return malformed("the target is empty or holds a character that is not allowed");
  }
  if (position - targetStart > limits.maxTargetBytes) {
    return targetTooLong(limits);
  }
  into.targetStart = targetStart;
  into.targetEnd = position++;
  const minor = bytes[position + HTTP_1.length];
  for (let index = 0; index < HTTP_1.length; index++) {
    if (bytes[position + index] !== HTTP_1[index]) {
      return versionFault(bytes, position);
    }
  }
  if (minor !== 0x31 && minor !== 0x30) return versionFault(bytes, position);
  into.isHttp10 = minor === 0x30;
  position += HTTP_1.length + 1;
  if (bytes[position] !== CR || bytes[position + 1] !== LF) {
    return malformed("the request line does not end with its version");
  }
  return readTarget(bytes, into) ?? position + 2;
}

/** The fault of a target that is too long, whether its end was seen or not. */
export function targetTooLong({ maxTargetBytes }: Pick<Limits, "maxTargetBytes">): Fault {
  return faultOf("target-too-long", { detail: `more than ${maxTargetBytes} bytes` });
}

/** A version's name is case-sensitive (RFC 9112, section 2.3). */
function versionFault(bytes: Uint8Array, position: number): Fault {
  const text = latin1(bytes, position, position + "HTTP/1.1\r\n".length);
  if (!/^HTTP\/\d\.\d\r\n$/.test(text)) return malformed("the request line has no HTTP version");
  return faultOf("version-not-supported", { detail: "this is an HTTP/1.1 server" });
}

/** Tells the target's form, and takes scheme and authority off (RFC 9112, section 3.2). */
function readTarget(bytes: Uint8Array, into: RequestHead): Fault | undefined {
  const { methodStart, methodEnd, targetStart, targetEnd } = into;
  const methodLength = methodEnd - methodStart;
  into.authorityStart = into.authorityEnd = targetStart;
  into.isHead = methodLength === 4 && isMethod(bytes, methodStart, METHOD_HEAD);
  if (methodLength === 7 && isMethod(bytes, methodStart, METHOD_CONNECT)) {
    return faultOf("method-not-implemented", { detail: "CONNECT" });
  }
  if (bytes[targetStart] === SLASH) return undefined;
  if (targetEnd - targetStart === 1 && bytes[targetStart] === STAR) {
    if (methodLength === 7 && isMethod(bytes, methodStart, METHOD_OPTIONS)) {
      return undefined;
    }
    return malformed("the target * goes with OPTIONS alone");
  }
  const scheme = SCHEMES.find((one) => matchesAt(bytes, targetStart, one));
  if (scheme === undefined) {
    return malformed("the target is neither a path nor an absolute URI");
  }
  into.authorityStart = targetStart + scheme.length;
  let position = into.authorityStart;
  while (position < targetEnd && bytes[position] !== SLASH) position++;
  into.authorityEnd = position;
  const authority = { start: into.authorityStart, end: position };
  if (position === into.authorityStart || position === targetEnd || !isHost(bytes, authority)) {
    return malformed("the absolute target has no host or no path");
  }
  into.targetStart = position;
  return undefined;
}

function readConnection(bytes: Uint8Array, into: RequestHead): Fault | undefined {
  const { fields } = into;
  const options = readConnectionOptions(bytes, fields);
  if (options === undefined) return malformed("Connection names too many fields");
  const { hasClose, hasKeepAlive, hasUpgrade } = options;
  const check = findField(fields, FieldKind.HealthCheck);
  into.isHealthCheck = check !== -1 && hasValue(bytes, fields, { index: check, lower: TRUE });
  into.isPersistent = !hasClose && (hasKeepAlive || !into.isHttp10);
  into.isUpgrade = hasUpgrade && !into.isHttp10 && offersUpgrade(bytes, fields);
  into.connectionNames = options.names;
  return undefined;
}

/**
 * Whether there is a protocol to switch to. Not to HTTP/2: requests in there would go round all that
 * is done to requests here (RFC 9113, section 3.1 has done away with it).
 */
function offersUpgrade(bytes: Uint8Array, fields: FieldTable): boolean {
  const index = findField(fields, FieldKind.Upgrade);
  if (index === -1 || findField(fields, FieldKind.Upgrade, index + 1) !== -1) return false;
  return !fieldMembers(bytes, fields, index).some(({ start, end }) =>
    end - start >= H2C.length && matchesAt(bytes, start, H2C)
  );
}

function readHost(bytes: Uint8Array, into: RequestHead): Fault | undefined {
  const { fields } = into;
  const index = findField(fields, FieldKind.Host);
  if (index === -1) {
    return into.isHttp10 ? undefined : malformed("no Host field");
  }
  if (findField(fields, FieldKind.Host, index + 1) !== -1) {
    return malformed("more than one Host field");
  }
  const [start, end] = [valueStart(fields, index), valueEnd(fields, index)];
  return isHost(bytes, { start, end }) ? undefined : malformed("the Host is no host");
}

function readFraming(bytes: Uint8Array, into: RequestHead): Fault | undefined {
  const declared = declaredFraming(bytes, into.fields, into.isHttp10);
  switch (declared.type) {
    case "framing":
      into.framing = declared.framing ?? NO_BODY;
      return undefined;
    case "ambiguous":
      return malformed(declared.reason);
    case "unsupported":
      return faultOf("coding-not-implemented", { detail: declared.reason });
    default:
      return declared satisfies never;
  }
}

/** Whether a range is a host and maybe a port; a host may be empty (RFC 9110, section 7.2). */
function isHost(bytes: Uint8Array, { start, end }: Range): boolean {
  let position = start;
  if (bytes[position] === OPENING_BRACKET && position < end) {
    position++;
    while (position < end && IP_LITERAL[bytes[position]!] === 1) position++;
    if (position === end || bytes[position] !== CLOSING_BRACKET) return false;
    position++;
  } else {
    while (position < end && HOST[bytes[position]!] === 1) position++;
  }
  if (position === end) return true;
  if (bytes[position++] !== COLON) return false;
  while (position < end && isDigit(bytes[position]!)) position++;
  return position === end;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** Methods are case-sensitive; `lower` is the method's name in lower case. */
function isMethod(bytes: Uint8Array, start: number, lower: Uint8Array): boolean {
  return lower.every((byte, index) => bytes[start + index] === (byte & ~0x20));
}
