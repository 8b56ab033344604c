import { refuseClient } from "./send_reply.ts";
import type { Client } from "./context.ts";
import { type Fault, faultOf } from "./http1/fault.ts";
import { findHeadEnd } from "./http1/head_end.ts";
import { CR, LF, NO_BYTES } from "./http1/octets.ts";
import {
  createRequestHead,
  parseRequestHead,
  type RequestHead,
  targetTooLong,
} from "./http1/request_head.ts";
import { FreeList } from "./http1/free_list.ts";
import type { Wire } from "./http1/wire.ts";

/** Unused heads. Idle connections need none. */
const freeHeads = new FreeList<RequestHead>();

const HEAD_TIMEOUT = {
  fault: faultOf("head-timeout", { detail: "the request head did not arrive in time" }),
  isForHead: false,
};

const BUFFERS_FULL = faultOf("head-too-large", {
  detail: "this address has reached its limit of buffer memory",
});

/**
 * Reads and parses the next request head. Resolves to `undefined` if there is none, or if it was
 * rejected and answered. The caller must pass the head to {@linkcode releaseRequestHead}.
 */
export async function readRequestHead(client: Client): Promise<RequestHead | undefined> {
  const { wire, context } = client;
  const { limits } = context;
  const deadline = client.deadlines.read;
  let scanned = wire.start;
  let isBegun = false;
  let refused: Promise<void> | undefined;
  deadline.set(limits.idleTimeoutMs, () => wire.close());
  for (;;) {
    skipEmptyLines(wire);
    const length = wire.end - wire.start;
    if (length > 0 !== isBegun) {
      isBegun = !isBegun;
      if (!isBegun) deadline.set(limits.idleTimeoutMs, () => wire.close());
      else deadline.set(limits.headTimeoutMs, () => refused = refuseClient(client, HEAD_TIMEOUT));
    }
    const end = findHeadEnd(wire.buffer, Math.max(scanned, wire.start), wire.end);
    if (end !== -1) {
      deadline.clear();
      return await parse(client, end);
    }
    if (length > limits.maxHeadBytes) {
      await refuseClient(client, { fault: headTooLarge(client, wire.start), isForHead: false });
      return undefined;
    }
    if (!wire.hasRoom) {
      // Free its memory at once, for heads that may still become complete.
      wire.start = wire.end;
      wire.shrink();
      await refuseClient(client, { fault: BUFFERS_FULL, isForHead: false });
      return undefined;
    }
    if (context.closing.aborted && !isBegun) return undefined;
    client.slot.markWaiting(isBegun);
    wire.isIdle = !isBegun;
    const hasBytes = await wire.fill();
    wire.isIdle = false;
    if (!hasBytes || refused !== undefined) {
      await refused;
      return undefined;
    }
    scanned = wire.start + Math.max(0, length - 3);
  }
}

/** Makes a head available for other requests. */
export function releaseRequestHead(head: RequestHead): void {
  head.bytes = NO_BYTES;
  freeHeads.give(head);
}

/** Parses the head that ends at `end`, or answers with the fault. */
async function parse(client: Client, end: number): Promise<RequestHead | undefined> {
  const { wire, context } = client;
  const range = { start: wire.start, end };
  wire.start = end;
  if (end - range.start > context.limits.maxHeadBytes) {
    await refuseClient(client, { fault: headTooLarge(client, range.start), isForHead: false });
    return undefined;
  }
  const head = takeHead(context.limits.maxFields);
  const fault = parseRequestHead(wire.buffer, range, head, context.limits);
  if (fault === undefined) return head;
  const { isHead } = head;
  releaseRequestHead(head);
  await refuseClient(client, { fault, isForHead: isHead });
  return undefined;
}

/** Takes a free head if its table has the size of the current limit, or creates one. */
function takeHead(maxFields: number): RequestHead {
  const free = freeHeads.take();
  return free?.fields.kinds.length === maxFields ? free : createRequestHead(maxFields);
}

/** Skips empty lines before a request (RFC 9112, section 2.2). */
function skipEmptyLines(wire: Wire): void {
  const { buffer } = wire;
  while (wire.end - wire.start >= 2 && buffer[wire.start] === CR && buffer[wire.start + 1] === LF) {
    wire.start += 2;
  }
}

/** Returns the fault for a head at `start` that is too large: of its target, or of its fields. */
function headTooLarge({ wire, context }: Client, start: number): Fault {
  const { limits } = context;
  const at = wire.buffer.indexOf(LF, start);
  const lineEnd = at === -1 || at >= wire.end ? wire.end : at;
  if (lineEnd - start > limits.maxTargetBytes) return targetTooLong(limits);
  return faultOf("head-too-large", { detail: `more than ${limits.maxHeadBytes} bytes` });
}
