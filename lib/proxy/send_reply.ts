import type { Client } from "./context.ts";
import { BodyReader } from "./http1/body_reader.ts";
import type { Fault } from "./http1/fault.ts";
import { CLOSE, LINGER, type Outcome, PERSISTENT } from "./outcome.ts";
import { encodeReply, faultReply, type Reply } from "./reply.ts";
import type { RequestHead } from "./http1/request_head.ts";

/** What is known of a request that could not be read. */
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

/** How long a client that is still sending is listened to after its answer. */
const LINGER_MS = 2_000;
const MAX_LINGER_BYTES = 1024 * 1024;

/** How a fault is told. */
export interface FaultAnswer {
  readonly fault: Fault;
  readonly isHtml: boolean;
  /** Whether the request's body was read to its end; looked at when left out. */
  readonly isComplete?: boolean;
}

/** Answers with a fault. */
export async function answerFault(
  client: Client,
  head: RequestHead,
  { fault, isHtml, isComplete }: FaultAnswer,
): Promise<Outcome> {
  client.tally.error = fault.code;
  const reply = faultReply(fault, { isHtml, isHidden: client.context.hideErrors });
  return await answerReply(client, head, {
    reply,
    ...(isComplete === undefined ? {} : { isComplete }),
  });
}

/**
 * Gives an answer of the proxy's own. A request's body that has not come whole by then is not
 * waited for; the connection is closed behind the answer instead.
 */
export async function answerReply(
  client: Client,
  head: RequestHead,
  { reply, isComplete = passBody(client, head) }: {
    readonly reply: Reply;
    readonly isComplete?: boolean;
  },
): Promise<Outcome> {
  const { wire, tally } = client;
  const isPersistent = head.isPersistent && isComplete && !wire.isEnded;
  const { bytes, headBytes } = encodeReply(reply, { isForHead: head.isHead, isPersistent });
  tally.status = reply.status;
  tally.headBytes += headBytes;
  if (!await sendToClient(client, bytes)) return CLOSE;
  if (isPersistent) return PERSISTENT;
  return isComplete ? closeBehind(client) : LINGER;
}

/** How a connection ends behind an answer: what has come meanwhile must not cost the client that. */
export function closeBehind({ wire }: Client): Outcome {
  return wire.start < wire.end && !wire.isEnded ? LINGER : CLOSE;
}

/** Whether the client took the bytes; one that takes none for too long is cut off. */
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

/** Answers what could not be read as a request, and ends the connection. */
export async function refuseClient(
  client: Client,
  { fault, isForHead }: { readonly fault: Fault; readonly isForHead: boolean },
): Promise<void> {
  const { wire, context, peer, deadlines } = client;
  const reply = faultReply(fault, { isHidden: context.hideErrors });
  const { bytes, headBytes } = encodeReply(reply, { isForHead, isPersistent: false });
  context.onAccess?.({
    ...UNREADABLE,
    startedAtMs: Date.now(),
    address: peer.address,
    status: fault.status,
    bytes: bytes.length - headBytes,
    error: fault.code,
  });
  // Nobody is waited for who does not take so little.
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
 * Lets a client finish what it is sending: a connection closed over unread bytes is reset, and the
 * client would lose its answer (RFC 9112, section 9.6). Bounded in time and bytes.
 */
export async function linger({ wire, deadlines }: Client): Promise<void> {
  deadlines.read.set(LINGER_MS, () => wire.close());
  // With TLS even the end takes room that there may not be.
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

/** Passes over a body that nobody has begun to read; tells whether all of it was there. */
function passBody({ wire }: Client, head: RequestHead): boolean {
  const body = new BodyReader(wire, head.framing);
  body.takeBuffered();
  return body.isDone;
}
