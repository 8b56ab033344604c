import type { Client } from "./context.ts";
import type { WaitOutcome } from "./route_table.ts";

/**
 * Waits for a function to start while the client stays connected. Reads what the client sends
 * meanwhile up to the buffer's size; the request head stays valid in its own buffer.
 */
export async function waitForRoute({ wire, context }: Client, name: string): Promise<WaitOutcome> {
  const gone = new AbortController();
  let isDetached = false;
  const watch = (): void => {
    if (!isDetached || wire.end === wire.buffer.length) wire.detach();
    isDetached = true;
    if (wire.isEnded) gone.abort();
    else if (wire.end < wire.buffer.length) void wire.fill();
  };
  wire.onRead = (hasBytes) => hasBytes ? watch() : gone.abort();
  watch();
  try {
    return await context.routes.wait(name, { ...context.limits, signal: gone.signal });
  } finally {
    wire.onRead = undefined;
  }
}
