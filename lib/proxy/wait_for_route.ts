import type { Client } from "./context.ts";
import { watchHalfClosed } from "./half_closed.ts";
import { ChunkedScanner } from "./http1/chunked.ts";
import type { RequestHead } from "./http1/request_head.ts";
import type { Wire } from "./http1/wire.ts";
import type { WaitOutcome } from "./route_table.ts";

/**
 * Waits for a function to start, or without a name until all functions are known, while the client
 * stays connected. Reads what the client sends
 * meanwhile up to the buffer's size; the request head stays valid in its own buffer. A client that
 * shuts down its sending side after a whole request still waits.
 */
export async function waitForRoute(
  client: Client,
  head: Pick<RequestHead, "framing" | "isHttp10">,
  name: string | undefined,
): Promise<WaitOutcome> {
  const { wire, deadlines, context } = client;
  const gone = new AbortController();
  let isDetached = false;
  const watch = (): void => {
    if (!isDetached || wire.end === wire.buffer.length) wire.detach();
    isDetached = true;
    if (wire.isBroken || wire.isEnded && !isWhole(wire, head)) gone.abort();
    else if (wire.isEnded) watchHalfClosed(client, { ...head, isAnswered, onGone });
    else if (wire.end < wire.buffer.length) void wire.fill();
  };
  const isAnswered = (): boolean => false;
  const onGone = (): void => gone.abort();
  wire.onRead = watch;
  watch();
  try {
    return await context.routes.wait(name, { ...context.limits, signal: gone.signal });
  } finally {
    wire.onRead = undefined;
    deadlines.read.clear();
  }
}

/** Returns true if the body of a request is in the buffer to its end. */
function isWhole(
  { buffer, start, end }: Wire,
  { framing }: Pick<RequestHead, "framing">,
): boolean {
  switch (framing.type) {
    case "none":
      return true;
    case "length":
      return end - start >= framing.length;
    case "chunked": {
      const scanner = new ChunkedScanner();
      scanner.scan(buffer, { start, end });
      return scanner.isDone;
    }
    default:
      return false;
  }
}
