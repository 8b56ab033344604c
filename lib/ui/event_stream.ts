/** A server-sent event; the data is sent as JSON, which has no line feeds. */
export interface StreamEvent {
  readonly event: string;
  readonly data: unknown;
}

/** A comment shows a dead connection, and keeps proxies from closing a quiet one. */
const HEARTBEAT_MS = 15_000;

/**
 * Formats an event (HTML standard, "Server-sent events").
 *
 * @example
 * ```ts
 * import { formatEvent } from "./event_stream.ts";
 * formatEvent({ event: "values", data: [1] }); // "event: values\ndata: [1]\n\n"
 * ```
 */
export function formatEvent({ event, data }: StreamEvent): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/**
 * Returns the response that sends events until the generator ends. It takes the next event only
 * when the client has taken the last one. `end` aborts when the client goes away.
 */
export function streamEvents(
  events: AsyncGenerator<StreamEvent>,
  { end, signal }: { readonly end: () => void; readonly signal: AbortSignal },
): Response {
  const encoder = new TextEncoder();
  let timer: ReturnType<typeof setInterval> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(encoder.encode("retry: 3000\n\n"));
      timer = setInterval(() => {
        if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(":\n\n"));
      }, HEARTBEAT_MS);
      signal.addEventListener("abort", () => clearInterval(timer), { once: true });
    },
    async pull(controller) {
      try {
        const { value, done } = await events.next();
        if (!done) return controller.enqueue(encoder.encode(formatEvent(value)));
      } catch {
        // The browser connects again, and its request gets the reason.
      }
      clearInterval(timer);
      end();
      controller.close();
    },
    async cancel() {
      clearInterval(timer);
      end();
      await events.return(undefined);
    },
  });
  return new Response(body, {
    // nginx would keep events until its buffer is full.
    headers: { "content-type": "text/event-stream", "x-accel-buffering": "no" },
  });
}
