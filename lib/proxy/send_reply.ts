import type { Client } from "./context.ts";
import { BodyReader } from "./http1/body_reader.ts";
import type { Fault } from "./http1/fault.ts";
import { CLOSE, LINGER, type Outcome, PERSISTENT } from "./outcome.ts";
import { encodeReply, faultReply, type Reply } from "./reply.ts";
import type { RequestHead } from "./http1/request_head.ts";

/** Access log fields of a request that could not be parsed. */
const UNREADABLE = {
  method: "",
  target: "",
  protocol: "",
  host: "",
  referer: "",
  userAgent: "",
  functionName: undefined,
  durationMs: 0,
  requestId: undefined,
} as const;

/** Maximum time and bytes for reading from a client after its response. */
const LINGER_MS = 2_000;
const MAX_LINGER_BYTES = 1024 * 1024;

/** A fault and the format of its reply. */
export interface FaultAnswer {
  readonly fault: Fault;
  readonly isHtml: boolean;
  /** True if the request's body was read to its end; determined from the buffer if left out. */
  readonly isComplete?: boolean;
}

/** Answers a request with a fault. */
export async function answerFault(
  client: Client,
  head: RequestHead,
  { fault, isHtml, isComplete }: FaultAnswer,
): Promise<Outcome> {
  client.tally.error = fault.code;
  const reply = faultReply(fault, {
    isHtml,
    isHidden: client.context.hideErrors,
    mayRefresh: head.isGet,
  });
  return await answerReply(client, head, {
    reply,
    ...(isComplete === undefined ? {} : { isComplete }),
  });
}

/**
 * Answers a request with a reply of the proxy. Does not wait for the rest of the request's body, but
 * closes the connection after the reply if the body is incomplete.
 */
export async function answerReply(
  client: Client,
  head: RequestHead,
  { reply, isComplete = skipBody(client, head) }: {
    readonly reply: Reply;
    readonly isComplete?: boolean;
  },
): Promise<Outcome> {
  const { wire, tally } = client;
  const isPersistent = head.isPersistent && isComplete && !wire.isEnded;
  const { bytes, headBytes } = encodeReply(reply, {
    isForHead: head.isHead,
    isPersistent,
    nowMs: Date.now(),
  });
  tally.status = reply.status;
  tally.headBytes += headBytes;
  if (!await sendToClient(client, bytes)) return CLOSE;
  if (isPersistent) return PERSISTENT;
  return isComplete ? closeAfterReply(client) : LINGER;
}

/** Chooses how to close a connection after a complete response: unread bytes would reset it. */
export function closeAfterReply({ wire }: Client): Outcome {
  return wire.start < wire.end && !wire.isEnded ? LINGER : CLOSE;
}

/** Writes to the client, and returns true on success. Disconnects a client that stops reading. */
export async function sendToClient(client: Client, bytes: Uint8Array): Promise<boolean> {
  const { wire, deadlines, context } = client;
  deadlines.write.set(context.limits.stallTimeoutMs, () => wire.close());
  try {
    await wire.write(bytes);
    return true;
  } catch {
    return false;
  } finally {
    deadlines.write.clear();
  }
}

/** Adds a request without a valid head to the access log. `bytes`: of the response's body. */
export function logUnreadable(
  { context, peer }: Client,
  { fault, bytes }: { readonly fault: Fault; readonly bytes: number },
): void {
  context.onAccess?.({
    ...UNREADABLE,
    startedAtMs: Date.now(),
    address: peer.address,
    status: fault.status,
    bytes,
    error: fault.code,
  });
}

/** Answers with a fault when there is no valid request head, and ends the connection. */
export async function refuseClient(
  client: Client,
  { fault, isForHead }: { readonly fault: Fault; readonly isForHead: boolean },
): Promise<void> {
  const { wire, context, deadlines } = client;
  const reply = faultReply(fault, { isHidden: context.hideErrors });
  const { bytes, headBytes } = encodeReply(reply, {
    isForHead,
    isPersistent: false,
    nowMs: Date.now(),
  });
  logUnreadable(client, { fault, bytes: bytes.length - headBytes });
  // A client that does not read even these few bytes is disconnected soon.
  deadlines.write.set(LINGER_MS, () => wire.close());
  try {
    await wire.write(bytes);
  } catch {
    wire.close();
    return;
  } finally {
    deadlines.write.clear();
  }
  await linger(client);
}

/**
 * Reads what a client still sends, up to a maximum of time and bytes. Closing a connection with
 * unread bytes would reset it, and the client could lose its response (RFC 9112, section 9.6).
 */
export async function linger({ wire, deadlines }: Client): Promise<void> {
  deadlines.read.set(LINGER_MS, () => wire.close());
  // With TLS, closing writes an alert, which may block as well.
  deadlines.write.set(LINGER_MS, () => wire.close());
  try {
    await wire.connection.closeWrite();
  } catch {
    return;
  } finally {
    deadlines.write.clear();
  }
  for (let bytes = 0; bytes < MAX_LINGER_BYTES;) {
    bytes += wire.end - wire.start;
    wire.start = wire.end;
    if (!await wire.fill()) return;
  }
}

/** Skips the buffered part of an unread body, and returns true if it was complete. */
function skipBody({ wire }: Client, head: RequestHead): boolean {
  const body = new BodyReader(wire, head.framing);
  body.takeBuffered();
  return body.isDone;
}
