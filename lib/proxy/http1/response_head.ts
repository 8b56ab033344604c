import { readConnectionOptions } from "./connection_field.ts";
import { createFieldTable, type FieldTable, parseFields } from "./fields.ts";
import { declaredFraming, type Framing, NO_BODY } from "./framing.ts";
import { ascii, CR, FIELD_VALUE, isAt, LF, NO_BYTES, SPACE } from "./octets.ts";

/** A parsed response head, as offsets into its buffer. Reused for the next response. */
export interface ResponseHead {
  /** The buffer that contains the head. */
  bytes: Uint8Array;
  start: number;
  /** Position after the empty line. */
  end: number;
  status: number;
  /** Position after the status line. */
  fieldsStart: number;
  isHttp10: boolean;
  framing: Framing;
  /** True if the head declares chunked coding, with or without a body. */
  isChunked: boolean;
  /** True if the function keeps the connection open. */
  isPersistent: boolean;
  connectionNames: readonly { readonly start: number; readonly end: number }[];
  readonly fields: FieldTable;
}

const HTTP_1 = ascii("HTTP/1.");
const NO_NAMES: ResponseHead["connectionNames"] = [];
const UNTIL_CLOSE: Framing = { type: "close" };

/** Creates an empty head to parse into. */
export function createResponseHead(maxFields: number): ResponseHead {
  return {
    bytes: NO_BYTES,
    start: 0,
    end: 0,
    status: 0,
    fieldsStart: 0,
    isHttp10: false,
    framing: NO_BODY,
    isChunked: false,
    isPersistent: true,
    connectionNames: NO_NAMES,
    fields: createFieldTable(maxFields),
  };
}

/**
 * Parses the head of a function's response into `into`. Returns a problem, or `undefined` if it is
 * valid. As strict as for requests: a response that two parsers could read differently is a problem.
 * `isForHead`: the request's method was HEAD, so there is no body.
 */
export function parseResponseHead(
  bytes: Uint8Array,
  range: {
    readonly start: number;
    readonly end: number;
    readonly isForHead: boolean;
  },
  into: ResponseHead,
): string | undefined {
  into.bytes = bytes;
  into.start = range.start;
  into.end = range.end;
  const fieldsStart = parseStatusLine(bytes, range.start, into);
  if (fieldsStart === undefined) {
    return "the function's response does not start with an HTTP/1.1 status line";
  }
  into.fieldsStart = fieldsStart;
  const fault = parseFields(bytes, { start: fieldsStart, end: range.end, into: into.fields });
  if (fault !== undefined) {
    return `the function's response is malformed (${fault.message})`;
  }
  const options = readConnectionOptions(bytes, into.fields);
  if (options === undefined) {
    return "the function's response lists too many field names in Connection";
  }
  into.isPersistent = !options.hasClose && (options.hasKeepAlive || !into.isHttp10);
  into.connectionNames = options.names;
  const declared = declaredFraming(bytes, into.fields, into.isHttp10);
  if (declared.type !== "framing") {
    return `the function's response has ${declared.reason}`;
  }
  const { status } = into;
  const { framing = UNTIL_CLOSE } = declared;
  into.isChunked = framing.type === "chunked";
  const isBodiless = status < 200 || status === 204;
  // RFC 9110, section 8.6, and RFC 9112, section 6.1: these must not even declare a body.
  if (isBodiless && (framing.type === "length" || framing.type === "chunked")) {
    return `the function's response with status ${status} declares a body`;
  }
  into.framing = isBodiless || range.isForHead || status === 304 ? NO_BODY : framing;
  if (into.framing.type === "close") into.isPersistent = false;
  return undefined;
}

function parseStatusLine(bytes: Uint8Array, start: number, into: ResponseHead): number | undefined {
  if (!isAt(bytes, start, HTTP_1)) return undefined;
  let position = start + HTTP_1.length;
  const minor = bytes[position++];
  if (minor !== 0x30 && minor !== 0x31) return undefined;
  into.isHttp10 = minor === 0x30;
  if (bytes[position++] !== SPACE) return undefined;
  let status = 0;
  for (const stop = position + 3; position < stop; position++) {
    const digit = bytes[position]! - 0x30;
    if (!(digit >= 0 && digit <= 9)) return undefined;
    status = status * 10 + digit;
  }
  if (status < 100 || status > 599) return undefined;
  into.status = status;
  if (bytes[position] === SPACE) {
    while (FIELD_VALUE[bytes[position]!] === 1) position++;
  }
  return bytes[position] === CR && bytes[position + 1] === LF ? position + 2 : undefined;
}
