/** Address of the debugger, if the user names none, as in Node.js. */
const HOST = "127.0.0.1";
const PORT = 9229;

const REMEDY =
  "Give a port, HOST:PORT or [IPV6]:PORT, and the path before it: ddsrv dev PATH --inspect=9229";

/** A name without a port is more likely the path of a function. */
const ADDRESS =
  /^(\[[0-9a-f:.]+\]|localhost|\d+(?:\.\d+){3}|[a-z\d][a-z\d.-]*(?=:\d+$))(?::(\d+))?$/i;

/** Address of a debugger. */
export interface InspectAddress {
  readonly hostname: string;
  readonly port: number;
}

/**
 * Parses the value of `--inspect`: nothing, a port, a host, or both.
 *
 * @throws {SyntaxError} if it is none of them
 *
 * @example
 * ```ts
 * import { parseInspect } from "./inspect_address.ts";
 * parseInspect("9230"); // { hostname: "127.0.0.1", port: 9230 }
 * ```
 */
export function parseInspect(text: string): InspectAddress {
  if (/^\d+$/.test(text)) return { hostname: HOST, port: portOf(text) };
  const match = ADDRESS.exec(text);
  if (match === null) throw new SyntaxError(`"${text}" is not an address. ${REMEDY}`);
  const [, hostname = "", port] = match;
  return {
    hostname: hostname.replace(/^\[|\]$/g, ""),
    port: port === undefined ? PORT : portOf(port),
  };
}

function portOf(text: string): number {
  const port = Number(text);
  if (port >= 1 && port <= 65_535) return port;
  throw new SyntaxError(`"${text}" is not a port from 1 to 65535. ${REMEDY}`);
}
