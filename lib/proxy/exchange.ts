import { Attempt, type ExchangeOptions } from "./attempt.ts";
import { badUpstream } from "./http1/fault.ts";
import { HeadWriter } from "./http1/head_writer.ts";
import { ascii, NO_BYTES } from "./http1/octets.ts";
import { type Outcome, refuse } from "./outcome.ts";
import type { RequestHead } from "./http1/request_head.ts";
import { createResponseHead, type ResponseHead } from "./http1/response_head.ts";
import { writeRequestHead } from "./rewrite.ts";
import { FreeList } from "./http1/free_list.ts";

/**
 * What can't be sent again takes no connection that the function may be about to close: Node's
 * servers do so after five seconds.
 */
const MAX_IDLE_MS = 4_000;

/** Methods whose request may be sent again when nobody knows what became of it (RFC 9110, 9.2.2). */
const IDEMPOTENT = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"].map(ascii);

/** Writers that have grown beyond this are not kept. */
const MAX_SPARE_BYTES = 64 * 1024;

const freeWriters = new FreeList<HeadWriter>();
const freeHeads = new FreeList<ResponseHead>();

/**
 * Sends a request to a function and its answer back. A connection that had been kept may turn out
 * dead before the answer's first byte; then, and only where no body was sent and the method allows
 * it, the request is sent once more on a new one.
 */
export async function exchange(options: ExchangeOptions): Promise<Outcome> {
  const { client, head, body, upstream } = options;
  const { limits } = client.context;
  const writer = freeWriters.take() ?? new HeadWriter();
  const response = takeResponseHead(limits.maxFields);
  const isRepeatable = head.framing.type === "none" && isIdempotent(head);
  writeRequestHead(writer, head, options.rewrite);
  try {
    for (let isRetry = false;; isRetry = true) {
      const maxIdleMs = isRepeatable ? Infinity : MAX_IDLE_MS;
      let connection = isRetry ? undefined : upstream.takeIdle(maxIdleMs);
      try {
        connection ??= await upstream.connect(limits.connectTimeoutMs);
      } catch (error) {
        // What is there of the body is passed over, so that the next request can be found.
        body.takeBuffered();
        return refuse(badUpstream(`the function does not accept connections (${nameOf(error)})`));
      }
      const outcome = await new Attempt(options, { connection, writer, response }).run();
      if (outcome !== "dead") return outcome;
      if (!isRepeatable || !connection.isReused) {
        return refuse(badUpstream("the function closed the connection without an answer"));
      }
    }
  } finally {
    if (writer.capacity <= MAX_SPARE_BYTES) freeWriters.give(writer);
    response.bytes = NO_BYTES;
    freeHeads.give(response);
  }
}

/** A head to parse into; its table bounds the fields, so that it must be of the size asked for. */
function takeResponseHead(maxFields: number): ResponseHead {
  const spare = freeHeads.take();
  return spare?.fields.kinds.length === maxFields ? spare : createResponseHead(maxFields);
}

function isIdempotent({ bytes, methodStart, methodEnd }: RequestHead): boolean {
  const length = methodEnd - methodStart;
  for (const method of IDEMPOTENT) {
    if (method.length === length && isAt(bytes, methodStart, method)) return true;
  }
  return false;
}

function isAt(bytes: Uint8Array, start: number, expected: Uint8Array): boolean {
  for (let index = 0; index < expected.length; index++) {
    if (bytes[start + index] !== expected[index]) return false;
  }
  return true;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : String(error);
}
