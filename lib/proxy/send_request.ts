import { BodyReader } from "./http1/body_reader.ts";
import { findHeadEnd } from "./http1/head_end.ts";
import { ascii } from "./http1/octets.ts";
import { createResponseHead, parseResponseHead } from "./http1/response_head.ts";
import type { Wire } from "./http1/wire.ts";
import type { Upstream } from "./upstream.ts";

/** A request without a body, of ddsrv itself. */
export interface OwnRequest {
  readonly method: string;
  /** Request target in origin form (RFC 9112, section 3.2.1). */
  readonly target: string;
  /** Further fields. */
  readonly fields: Readonly<Record<string, string>>;
}

/** Options of {@linkcode sendRequest}. */
export interface SendOptions {
  /** Closes the connection. */
  readonly signal: AbortSignal;
  readonly maxHeadBytes: number;
  readonly maxFields: number;
}

/** Maximum number of interim responses (1xx) before the final one. */
const MAX_INTERIM = 64;

/**
 * Sends a request to a function, reads its response to the end, and returns the status. Counts as an
 * in-flight request. The connection is not reused.
 *
 * @throws {Error} if the function does not answer with a complete response, or the signal aborts;
 * the message is a sentence without an initial capital
 */
export async function sendRequest(
  upstream: Upstream,
  request: OwnRequest,
  options: SendOptions,
): Promise<number> {
  const { signal } = options;
  return await upstream.use(async () => {
    signal.throwIfAborted();
    const connection = await upstream.connect(Infinity);
    const { wire } = connection;
    const close = (): void => wire.close();
    signal.addEventListener("abort", close, { once: true });
    try {
      if (signal.aborted) close();
      await wire.write(headOf(request, upstream.authority));
      return await readResponse(wire, request, options);
    } finally {
      signal.removeEventListener("abort", close);
      upstream.discard(connection);
    }
  });
}

function headOf({ method, target, fields }: OwnRequest, authority: string): Uint8Array {
  const further = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  // Some methods need a length even without a body (RFC 9110, section 8.6).
  const length = method === "GET" || method === "DELETE" ? [] : ["Content-Length: 0"];
  return ascii(
    [
      `${method} ${target} HTTP/1.1`,
      `Host: ${authority}`,
      "User-Agent: ddsrv",
      "Connection: close",
      ...length,
      ...further,
      "",
      "",
    ].join("\r\n"),
  );
}

async function readResponse(
  wire: Wire,
  { method }: OwnRequest,
  { maxHeadBytes, maxFields }: SendOptions,
): Promise<number> {
  const head = createResponseHead(maxFields);
  for (let interim = 0; interim <= MAX_INTERIM; interim++) {
    const { start, end } = await readHead(wire, maxHeadBytes);
    wire.start = end;
    const range = { start, end, isForHead: method === "HEAD" };
    const problem = parseResponseHead(wire.buffer, range, head);
    if (problem !== undefined) throw new Error(problem);
    if (head.status === 101) throw new Error("the function switched protocols without being asked");
    if (head.status < 200) continue;
    const body = new BodyReader(wire, head.framing);
    while (await body.next() !== undefined);
    if (!body.isDone) throw new Error("the function's response ended before its body was complete");
    return head.status;
  }
  throw new Error("the function sent too many interim responses");
}

async function readHead(
  wire: Wire,
  maxHeadBytes: number,
): Promise<{ readonly start: number; readonly end: number }> {
  for (;;) {
    const end = findHeadEnd(wire.buffer, wire.start, wire.end);
    if (end !== -1) return { start: wire.start, end };
    if (wire.end - wire.start > maxHeadBytes) {
      throw new Error("the head of the function's response is too large");
    }
    if (!await wire.fill()) {
      throw new Error("the function closed the connection before its response");
    }
  }
}
