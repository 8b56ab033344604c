import { FIELD_VALUE, SPACE, TAB, TARGET, TOKEN } from "../http1/octets.ts";
import type { Field } from "./static_table.ts";

/** A request of HTTP/2 as the head of the same request in HTTP/1.1. */
export type RequestText =
  | {
    readonly type: "request";
    /** With the empty line that ends it; one character per byte. */
    readonly head: string;
    readonly method: string;
    /** Bytes of the body as declared; `undefined` if nothing is declared. */
    readonly length: number | undefined;
    /** The body has chunked coding, because nothing declares its length. */
    readonly isChunked: boolean;
    /** The stream carries bytes of another protocol after the response (RFC 8441). */
    readonly isTunnel: boolean;
  }
  /** Malformed: its stream must be reset (RFC 9113, section 8.1.1). */
  | { readonly type: "malformed"; readonly reason: string };

/** Options of {@linkcode toRequestText}. */
export interface RequestTextOptions {
  /** True if no body follows. */
  readonly isEnded: boolean;
  /** Value of `Sec-WebSocket-Key`, which HTTP/2 does not have (RFC 8441, section 5). */
  readonly webSocketKey: () => string;
}

/** Fields of one connection, which make a request malformed (RFC 9113, section 8.2.2). */
const FORBIDDEN = new Set([
  ...["connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade"],
]);

const PSEUDO = new Set([":method", ":scheme", ":authority", ":path", ":protocol"]);

/** Schemes of requests to a web server; another one is for a gateway (RFC 9113, section 8.3.1). */
const SCHEMES = new Set(["https", "http"]);

const DIGITS = /^\d{1,16}$/;

/**
 * Writes the request of a header block as HTTP/1.1, so that it passes all rules for requests. Refuses
 * what these rules could not see any more: characters that would end a line, and fields and
 * pseudo-fields that are wrong in HTTP/2 only (RFC 9113, sections 8.2 and 8.3).
 */
export function toRequestText(
  fields: readonly Field[],
  { isEnded, webSocketKey }: RequestTextOptions,
): RequestText {
  const pseudo = new Map<string, string>();
  const cookies: string[] = [];
  let lines = "";
  let host: string | undefined;
  let declared: string | undefined;
  let isPseudo = true;
  for (const [name, value] of fields) {
    if (name.startsWith(":")) {
      if (!isPseudo) return malformed("a pseudo-field after other fields");
      if (!PSEUDO.has(name) || pseudo.has(name)) return malformed(`an unexpected ${name}`);
      pseudo.set(name, value);
      continue;
    }
    isPseudo = false;
    const problem = fieldProblem(name, value);
    if (problem !== undefined) return malformed(problem);
    // The proxy writes one of its own.
    if (name === "sec-websocket-key" && pseudo.has(":protocol")) continue;
    // One line for each would be more Cookie fields than a request may have (section 8.2.3).
    if (name === "cookie") cookies.push(value);
    else if (name === "host") {
      if (host !== undefined) return malformed("more than one host");
      host = value;
    } else {
      if (name === "content-length") declared = value;
      lines += `${name}: ${value}\r\n`;
    }
  }
  if (cookies.length > 0) lines += `cookie: ${cookies.join("; ")}\r\n`;
  const line = readPseudoFields(pseudo, host);
  if (line.type === "malformed") return line;
  const isWebSocket = line.protocol !== undefined;
  const length = declared !== undefined && DIGITS.test(declared) ? Number(declared) : undefined;
  if (isEnded && length !== undefined && length > 0) {
    return malformed("a body shorter than declared");
  }
  const isChunked = !isEnded && declared === undefined && !isWebSocket;
  if (isWebSocket) {
    if (declared !== undefined) return malformed("a tunnel with a length");
    lines += `upgrade: ${line.protocol}\r\nconnection: upgrade\r\n`;
    lines += `sec-websocket-key: ${webSocketKey()}\r\n`;
  }
  if (isChunked) lines += "transfer-encoding: chunked\r\n";
  const head = `${line.method} ${line.target} HTTP/1.1\r\nhost: ${line.host}\r\n${lines}\r\n`;
  const { method } = line;
  return { type: "request", head, method, length, isChunked, isTunnel: isWebSocket };
}

/**
 * Writes trailers as lines of HTTP/1.1, or returns the reason why they are malformed.
 */
export function toTrailerText(
  fields: readonly Field[],
): { readonly type: "trailers"; readonly lines: string } | {
  readonly type: "malformed";
  readonly reason: string;
} {
  let lines = "";
  for (const [name, value] of fields) {
    if (name.startsWith(":")) return malformed("a pseudo-field in trailers");
    const problem = fieldProblem(name, value);
    if (problem !== undefined) return malformed(problem);
    lines += `${name}: ${value}\r\n`;
  }
  return { type: "trailers", lines };
}

interface RequestLine {
  readonly type: "line";
  readonly method: string;
  readonly target: string;
  readonly host: string;
  readonly protocol: string | undefined;
}

type Malformed = Extract<RequestText, { readonly type: "malformed" }>;

function readPseudoFields(
  pseudo: ReadonlyMap<string, string>,
  host: string | undefined,
): RequestLine | Malformed {
  const method = pseudo.get(":method") ?? "";
  const path = pseudo.get(":path");
  const scheme = pseudo.get(":scheme");
  const authority = pseudo.get(":authority");
  const protocol = pseudo.get(":protocol");
  if (!isAll(TOKEN, method)) return malformed("no valid :method");
  const named = authority ?? host;
  if (authority !== undefined && host !== undefined && authority !== host) {
    return malformed("a host that differs from :authority");
  }
  if (named === undefined || !isAll(TARGET, named)) return malformed("no valid :authority");
  if (method === "CONNECT" && protocol === undefined) {
    if (path !== undefined || scheme !== undefined) return malformed("CONNECT with a path");
    return { type: "line", method, target: named, host: named, protocol };
  }
  if (scheme === undefined || !SCHEMES.has(scheme)) return malformed("no valid :scheme");
  if (path === undefined || !isAll(TARGET, path)) return malformed("no valid :path");
  const isServerWide = method === "OPTIONS" && path === "*";
  if (!path.startsWith("/") && !isServerWide) return malformed("a :path that is no path");
  if (protocol === undefined) return { type: "line", method, target: path, host: named, protocol };
  if (method !== "CONNECT") return malformed(":protocol without CONNECT");
  if (!isAll(TOKEN, protocol)) return malformed("no valid :protocol");
  return { type: "line", method: "GET", target: path, host: named, protocol };
}

function fieldProblem(name: string, value: string): string | undefined {
  if (!isAll(TOKEN, name) || /[A-Z]/.test(name)) return "a field name that is not in lower case";
  if (FORBIDDEN.has(name)) return `a field of HTTP/1.1: ${name}`;
  if (name === "te" && value !== "trailers") return "te with another value than trailers";
  for (let index = 0; index < value.length; index++) {
    if (FIELD_VALUE[value.charCodeAt(index)] !== 1) return "a control character in a field value";
  }
  const isBlank = (at: number): boolean => {
    const code = value.charCodeAt(at);
    return code === SPACE || code === TAB;
  };
  return isBlank(0) || isBlank(value.length - 1) ? "white space around a field value" : undefined;
}

/** Returns true for a text of at least one character, all of one class. */
function isAll(characters: Uint8Array, text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    if (characters[text.charCodeAt(index)] !== 1) return false;
  }
  return text !== "";
}

function malformed(reason: string): Malformed {
  return { type: "malformed", reason };
}
