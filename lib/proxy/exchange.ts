import { Attempt, type ExchangeOptions } from "./attempt.ts";
import { badUpstream, faultOf } from "./http1/fault.ts";
import { HeadWriter } from "./http1/head_writer.ts";
import { ascii, isAt, NO_BYTES } from "./http1/octets.ts";
import { type Outcome, refuse } from "./outcome.ts";
import type { RequestHead } from "./http1/request_head.ts";
import { createResponseHead, type ResponseHead } from "./http1/response_head.ts";
import { writeRequestHead } from "./rewrite.ts";
import { FreeList } from "./http1/free_list.ts";

/**
 * A request that must not be sent twice uses no connection that the function may be about to close:
 * servers of Node close idle ones after five seconds.
 */
const MAX_IDLE_MS = 4_000;

/** Methods of requests that may be sent again if their outcome is unknown (RFC 9110, 9.2.2). */
const IDEMPOTENT = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"].map(ascii);

/** Larger writers are not reused. */
const MAX_REUSED_BYTES = 64 * 1024;

/** The supervisor learns of an exit a moment later; the next request is told the reason. */
const ENDED = "If it has exited, ddsrv logs and ddsrv inspect say why";

const freeWriters = new FreeList<HeadWriter>();
const freeHeads = new FreeList<ResponseHead>();

/**
 * Forwards a request to a function and its response to the client. If an idle connection turns out
 * dead before the response's first byte, and the request is idempotent and has no body, sends the
 * request once more over a new connection.
 */
export async function exchange(options: ExchangeOptions): Promise<Outcome> {
  const { client, head, body, upstream } = options;
  const { limits } = client.context;
  const writer = freeWriters.take() ?? new HeadWriter();
  const response = takeResponseHead(limits.maxFields);
  const isRepeatable = head.framing.type === "none" && isIdempotent(head);
  try {
    const fields = writeRequestHead(writer, head, options.rewrite);
    if (fields > limits.maxFields) {
      body.takeBuffered();
      // The function's own server has a limit too, and would refuse the request without a reason.
      const detail = `more than ${limits.maxFields} fields, with those that the proxy adds`;
      return refuse(faultOf("too-many-fields", { detail }));
    }
    for (let isRetry = false;; isRetry = true) {
      const maxIdleMs = isRepeatable ? Infinity : MAX_IDLE_MS;
      let connection = isRetry ? undefined : upstream.takeIdle(maxIdleMs);
      try {
        connection ??= await upstream.connect(limits.connectTimeoutMs);
      } catch (error) {
        // Skip the buffered body, so that the next request can be found.
        body.takeBuffered();
        const problem = `the function does not accept connections (${nameOf(error)})`;
        return refuse(badUpstream(`${problem}. ${ENDED}`));
      }
      const outcome = await new Attempt(options, { connection, writer, response }).run();
      if (outcome !== "dead") return outcome;
      if (!isRepeatable || !connection.isReused) {
        return refuse(
          badUpstream(`the function closed the connection without a response. ${ENDED}`),
        );
      }
    }
  } finally {
    if (writer.capacity <= MAX_REUSED_BYTES) freeWriters.give(writer);
    response.bytes = NO_BYTES;
    freeHeads.give(response);
  }
}

/** Takes a free head if its table has the size of the current limit, or creates one. */
function takeResponseHead(maxFields: number): ResponseHead {
  const free = freeHeads.take();
  return free?.fields.kinds.length === maxFields ? free : createResponseHead(maxFields);
}

function isIdempotent({ bytes, methodStart, methodEnd }: RequestHead): boolean {
  const length = methodEnd - methodStart;
  for (const method of IDEMPOTENT) {
    if (method.length === length && isAt(bytes, methodStart, method)) return true;
  }
  return false;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : String(error);
}
