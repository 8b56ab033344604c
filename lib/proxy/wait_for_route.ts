import type { Client } from "./context.ts";
import type { Waited } from "./route_table.ts";

/**
 * Waits for a function's start, as long as the client is there. What the client sends meanwhile is
 * read for as long as there is room; the head stays in the buffer that it came in.
 */
export async function waitForRoute({ wire, context }: Client, name: string): Promise<Waited> {
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
