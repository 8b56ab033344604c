/** A request to an inspector, rebuilt from the fields that it may have. */
export interface AttachRequest {
  readonly type: "allowed";
  /** The head to send, with the empty line. */
  readonly head: string;
  /** A debugger attaches: the connection changes to WebSocket. */
  readonly isUpgrade: boolean;
}

/** A request that does not reach the inspector. */
export interface RefusedAttach {
  readonly type: "refused";
  readonly status: number;
  readonly reason: string;
}

/** Names of the loopback that a debugger is given, with any port: ssh(1) may forward another one. */
const LOCAL_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i;

/** Chrome's own pages, which no website can be. */
const DEVTOOLS_ORIGIN = /^devtools:\/\/[\w.-]*$/;

const REQUEST_LINE = /^([A-Z]+) (\/[!-~]*) HTTP\/1\.1$/;

/** A field with a name of tokens and a value without control characters (RFC 9110, section 5). */
const FIELD = /^([\w!#$%&'*+.^`|~-]+):[ \t]*([\t -~\x80-\xff]*?)[ \t]*$/;

/** Fields of a WebSocket's handshake (RFC 6455, section 4.1). */
const WEBSOCKET_FIELD = /^sec-websocket-/;

/**
 * Decides if a request may reach an inspector, which gives full control of a function. Web pages can
 * send requests to loopback: they have an `Origin`, or a foreign `Host` after DNS rebinding. `head` has
 * one character for each byte, without the empty line. Only known fields are passed on.
 *
 * @example
 * ```ts
 * import { judgeAttach } from "./judge_attach.ts";
 * judgeAttach("GET /json HTTP/1.1\r\nHost: attacker.example").type; // "refused"
 * ```
 */
export function judgeAttach(head: string): AttachRequest | RefusedAttach {
  const [line = "", ...lines] = head.split("\r\n");
  const [, method, target] = REQUEST_LINE.exec(line) ?? [];
  if (method === undefined) return refused(400, "The request line is not valid");
  if (method !== "GET") return refused(405, "Only GET is supported");
  const fields: (readonly [name: string, value: string])[] = [];
  for (const one of lines) {
    const [, name, value] = FIELD.exec(one) ?? [];
    if (name === undefined || value === undefined) return refused(400, "A field is not valid");
    fields.push([name.toLowerCase(), value]);
  }
  const valuesOf = (wanted: string): string[] =>
    fields.filter(([name]) => name === wanted).map(([, value]) => value);
  const [host, ...hosts] = valuesOf("host");
  if (host === undefined || hosts.length > 0) return refused(400, "There is not one Host field");
  if (!LOCAL_HOST.test(host)) {
    return refused(
      421,
      "The Host field is not localhost or 127.0.0.1: a web page may have sent it",
    );
  }
  const isForeign = valuesOf("origin").some((origin) => !DEVTOOLS_ORIGIN.test(origin));
  if (isForeign) return refused(403, "A web page has sent this request. It must not debug");
  const isUpgrade = valuesOf("upgrade").some((value) => value.toLowerCase() === "websocket");
  const isCrossSite = valuesOf("sec-fetch-site").some((site) => /^(?:cross|same)-site$/.test(site));
  if (isCrossSite && !isUpgrade) {
    return refused(403, "A web page has sent this request. It must not debug");
  }
  const length = valuesOf("content-length");
  const hasBody = length.some((value) => value !== "0") || valuesOf("transfer-encoding").length > 0;
  if (hasBody) return refused(400, "The request must not have a body");
  const kept = isUpgrade
    ? [
      ["connection", "Upgrade"],
      ["upgrade", "websocket"],
      ...fields.filter(([name]) => WEBSOCKET_FIELD.test(name)),
    ]
    // Nothing that follows on the connection would be judged.
    : [["connection", "close"]];
  const text = [["host", host], ...kept].map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return { type: "allowed", head: `GET ${target} HTTP/1.1\r\n${text}\r\n`, isUpgrade };
}

function refused(status: number, reason: string): RefusedAttach {
  return { type: "refused", status, reason };
}
