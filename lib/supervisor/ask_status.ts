import { connectEndpoint } from "../system/connect_endpoint.ts";
import { type Endpoint, formatAuthority } from "../system/endpoint.ts";

/** An HTTP status, or the reason why there is none. */
export type AskedStatus =
  | { readonly type: "status"; readonly status: number }
  | { readonly type: "none"; readonly reason: string }
  /** The signal aborted first. */
  | { readonly type: "late"; readonly reason: string }
  /** The host could not send the request, which says nothing about the server. */
  | { readonly type: "unasked"; readonly reason: string };

/** Options of {@linkcode askStatus}. */
export interface AskOptions {
  /** Request target, as in the request line. */
  readonly path: string;
  readonly signal: AbortSignal;
}

/** Length of `HTTP/1.1 200`; nothing behind it is read. */
const STATUS_BYTES = 12;

/**
 * Sends a GET request and returns the status of the response. Does not use Deno's fetch, which
 * would obey the supervisor's own proxy variables and read a body that may have no end.
 */
export async function askStatus(
  endpoint: Endpoint,
  { path, signal }: AskOptions,
): Promise<AskedStatus> {
  let connection: Deno.TcpConn | Deno.UnixConn | undefined;
  const close = (): void => {
    connection?.[Symbol.dispose]();
  };
  signal.addEventListener("abort", close, { once: true });
  try {
    connection = await connectEndpoint(endpoint, signal);
    if (signal.aborted) return NO_ANSWER;
    await connection.write(requestOf(endpoint, path));
    const status = parseStatus(await readStart(connection));
    return status === undefined ? NO_HTTP : { type: "status", status };
  } catch (error) {
    if (signal.aborted) return NO_ANSWER;
    const { code, message: reason } = error as Error & { readonly code?: string };
    return { type: HOST_FAULTS.includes(code ?? "") ? "unasked" : "none", reason };
  } finally {
    signal.removeEventListener("abort", close);
    close();
  }
}

/** Error codes when the host lacks descriptors, memory or ports. */
const HOST_FAULTS = ["EMFILE", "ENFILE", "ENOMEM", "ENOBUFS", "EADDRNOTAVAIL"];

const NO_ANSWER: AskedStatus = { type: "late", reason: "no answer in time" };
const NO_HTTP: AskedStatus = { type: "none", reason: "the answer is not HTTP" };

function requestOf(endpoint: Endpoint, path: string): Uint8Array<ArrayBuffer> {
  const host = "path" in endpoint ? "localhost" : formatAuthority(endpoint);
  return new TextEncoder().encode(
    `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: ddsrv\r\nConnection: close\r\n\r\n`,
  );
}

async function readStart(connection: Deno.TcpConn | Deno.UnixConn): Promise<string> {
  const bytes = new Uint8Array(STATUS_BYTES);
  let length = 0;
  while (length < bytes.length) {
    const count = await connection.read(bytes.subarray(length));
    if (count === null) break;
    length += count;
  }
  return new TextDecoder().decode(bytes.subarray(0, length));
}

function parseStatus(start: string): number | undefined {
  const status = /^HTTP\/1\.[01] (\d{3})$/.exec(start)?.[1];
  return status === undefined ? undefined : Number(status);
}
