import type { Limits } from "../../config/limits.ts";
import { readConnectionOptions } from "./connection_field.ts";
import { type Fault, faultOf, malformed } from "./fault.ts";
import { FieldKind } from "./field_names.ts";
import {
  createFieldTable,
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
  isAt,
  latin1,
  LF,
  matchesAt,
  NO_BYTES,
  OPENING_BRACKET,
  QUESTION,
  SLASH,
  SPACE,
  STAR,
  TARGET,
  TOKEN,
} from "./octets.ts";
import { readUpgradeProtocols } from "./upgrade_protocols.ts";

/** A parsed request head, as offsets into its buffer. Reused for the next request. */
export interface RequestHead {
  /** The buffer that contains the head. */
  bytes: Uint8Array;
  methodStart: number;
  methodEnd: number;
  /**
   * Start of the target without scheme and authority: a path and a query, or `*`. The path is empty
   * if an absolute target has none: `http://host?query`.
   */
  targetStart: number;
  targetEnd: number;
  /** Authority of a target in absolute form; an empty range otherwise. */
  authorityStart: number;
  authorityEnd: number;
  isHttp10: boolean;
  isGet: boolean;
  isHead: boolean;
  /** True if the target is the whole server: `*`, or an absolute target of OPTIONS without a path. */
  isServerWide: boolean;
  framing: Framing;
  /** True if the client wants to keep the connection open. */
  isPersistent: boolean;
  /** True if the client asks to switch protocols (RFC 9110, section 7.8). */
  isUpgrade: boolean;
  /** Protocols that it offers in `Upgrade`, in lower case, if it asks for one. */
  upgradeProtocols: readonly string[];
  isHealthCheck: boolean;
  /** Field names that `Connection` lists, as ranges. */
  connectionNames: readonly { readonly start: number; readonly end: number }[];
  readonly fields: FieldTable;
}

// With the space after it: methods are case-sensitive tokens (RFC 9110, section 9.1).
const METHOD_GET = ascii("GET ");
const METHOD_HEAD = ascii("HEAD ");
const METHOD_CONNECT = ascii("CONNECT ");
const METHOD_OPTIONS = ascii("OPTIONS ");
const TRUE = ascii("true");
const HTTP_1 = ascii("HTTP/1.");
const SCHEMES = [ascii("http://"), ascii("https://")];
const NO_PROTOCOLS: readonly string[] = [];
const NO_NAMES: RequestHead["connectionNames"] = [];

/** Creates an empty head to parse into. */
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
    isGet: false,
    isHead: false,
    isServerWide: false,
    framing: NO_BODY,
    isPersistent: true,
    isUpgrade: false,
    upgradeProtocols: NO_PROTOCOLS,
    isHealthCheck: false,
    connectionNames: NO_NAMES,
    fields: createFieldTable(maxFields),
  };
}

/**
 * Parses the request head in a range, whose end `findHeadEnd` returned, into `into`. Strict: returns
 * a fault for anything that two parsers could read differently (RFC 9112, sections 2 to 6).
 */
export function parseRequestHead(
  bytes: Uint8Array,
  range: { readonly start: number; readonly end: number },
  into: RequestHead,
  limits: Pick<Limits, "maxTargetBytes">,
): Fault | undefined {
  into.bytes = bytes;
  into.isGet = false;
  into.isHead = false;
  const lineEnd = parseRequestLine(bytes, range.start, into, limits);
  if (typeof lineEnd !== "number") return lineEnd;
  return parseFields(bytes, { start: lineEnd, end: range.end, into: into.fields }) ??
    readConnection(bytes, into) ??
    readHost(bytes, into) ??
    readFraming(bytes, into);
}

/** Returns the position after the line, or a fault. */
function parseRequestLine(
  bytes: Uint8Array,
  start: number,
  into: RequestHead,
  limits: Pick<Limits, "maxTargetBytes">,
): number | Fault {
  let position = start;
  while (TOKEN[bytes[position]!] === 1) position++;
  if (position === start || bytes[position] !== SPACE) {
    return malformed("the request line does not start with a method and a space");
  }
  into.methodStart = start;
  into.methodEnd = position++;
  const targetStart = position;
  while (TARGET[bytes[position]!] === 1) position++;
  if (position === targetStart || bytes[position] !== SPACE) {
    return malformed("the target is empty or has a character that must be escaped as %XX");
  }
  if (position - targetStart > limits.maxTargetBytes) {
    return targetTooLong(limits);
  }
  into.targetStart = targetStart;
  into.targetEnd = position++;
  const minor = bytes[position + HTTP_1.length];
  if (!isAt(bytes, position, HTTP_1) || (minor !== 0x31 && minor !== 0x30)) {
    return versionFault(bytes, position);
  }
  into.isHttp10 = minor === 0x30;
  position += HTTP_1.length + 1;
  if (bytes[position] !== CR || bytes[position + 1] !== LF) {
    return malformed("the request line does not end after the HTTP version");
  }
  return readTarget(bytes, into) ?? position + 2;
}

/** Creates the fault for a target that exceeds the limit. */
export function targetTooLong({ maxTargetBytes }: Pick<Limits, "maxTargetBytes">): Fault {
  return faultOf("target-too-long", { detail: `more than ${maxTargetBytes} bytes` });
}

/** The version is case-sensitive (RFC 9112, section 2.3). */
function versionFault(bytes: Uint8Array, position: number): Fault {
  const text = latin1(bytes, position, position + "HTTP/1.1\r\n".length);
  if (!/^HTTP\/\d\.\d\r\n$/.test(text)) return malformed("the request line has no HTTP version");
  return faultOf("version-not-supported", { detail: "this server supports HTTP/1.1" });
}

/** Detects the form of the target, and splits off scheme and authority (RFC 9112, section 3.2). */
function readTarget(bytes: Uint8Array, into: RequestHead): Fault | undefined {
  const { methodStart, targetStart, targetEnd } = into;
  into.authorityStart = into.authorityEnd = targetStart;
  into.isGet = isAt(bytes, methodStart, METHOD_GET);
  into.isServerWide = false;
  into.isHead = isAt(bytes, methodStart, METHOD_HEAD);
  if (isAt(bytes, methodStart, METHOD_CONNECT)) {
    return faultOf("method-not-implemented", { detail: "CONNECT" });
  }
  if (bytes[targetStart] === SLASH) return undefined;
  if (targetEnd - targetStart === 1 && bytes[targetStart] === STAR) {
    into.isServerWide = isAt(bytes, methodStart, METHOD_OPTIONS);
    return into.isServerWide ? undefined : malformed("the target * is only allowed with OPTIONS");
  }
  const scheme = SCHEMES.find((one) => matchesAt(bytes, targetStart, one));
  if (scheme === undefined) {
    return malformed("the target is neither a path nor an absolute URI");
  }
  into.authorityStart = targetStart + scheme.length;
  let position = into.authorityStart;
  while (position < targetEnd && bytes[position] !== SLASH && bytes[position] !== QUESTION) {
    position++;
  }
  into.authorityEnd = position;
  const authority = { start: into.authorityStart, end: position };
  if (position === into.authorityStart || !isHost(bytes, authority)) {
    return malformed("the absolute target has no valid host");
  }
  // RFC 9112, section 3.2.4.
  into.isServerWide = position === targetEnd && isAt(bytes, methodStart, METHOD_OPTIONS);
  into.targetStart = position;
  return undefined;
}

function readConnection(bytes: Uint8Array, into: RequestHead): Fault | undefined {
  const { fields } = into;
  const options = readConnectionOptions(bytes, fields);
  if (options === undefined) return malformed("Connection lists too many field names");
  const { hasClose, hasKeepAlive, hasUpgrade } = options;
  const check = findField(fields, FieldKind.HealthCheck);
  into.isHealthCheck = check !== -1 && hasValue(bytes, fields, { index: check, lower: TRUE });
  into.isPersistent = !hasClose && (hasKeepAlive || !into.isHttp10);
  into.upgradeProtocols = hasUpgrade && !into.isHttp10
    ? offeredProtocols(bytes, fields)
    : NO_PROTOCOLS;
  into.isUpgrade = into.upgradeProtocols.length > 0;
  into.connectionNames = options.names;
  return undefined;
}

/**
 * Returns the protocols that a single `Upgrade` field offers, or none if HTTP/2 is among them.
 * Requests inside HTTP/2 would bypass the proxy's rules, and RFC 9113, section 3.1 deprecates that
 * upgrade.
 */
function offeredProtocols(bytes: Uint8Array, fields: FieldTable): readonly string[] {
  const index = findField(fields, FieldKind.Upgrade);
  if (index === -1 || findField(fields, FieldKind.Upgrade, index + 1) !== -1) return NO_PROTOCOLS;
  const protocols = readUpgradeProtocols(bytes, fields);
  return protocols.some((one) => one.startsWith("h2c")) ? NO_PROTOCOLS : protocols;
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
  return isHost(bytes, { start, end })
    ? undefined
    : malformed("the Host field is not a valid host");
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

/** Returns true for a host and an optional port. The host may be empty (RFC 9110, section 7.2). */
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
