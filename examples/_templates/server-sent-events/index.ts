// Server-sent events: one response sends an event each second until the client leaves.
//
//   curl --no-buffer http://localhost:9999/server-sent-events
//
// A page reads them with new EventSource("/server-sent-events"), which reconnects automatically.
Deno.serve((request) => {
  // A client that reconnects says which event it saw last.
  let id = Number(request.headers.get("last-event-id")) || 0;
  let timer: ReturnType<typeof setInterval>;
  const events = new ReadableStream<string>({
    start(controller) {
      const send = (): void =>
        controller.enqueue(format(++id, new Date().toISOString()));
      send();
      timer = setInterval(send, 1_000);
    },
    // Without this, the timer would outlive its client.
    cancel: () => clearInterval(timer),
  });
  return new Response(events.pipeThrough(new TextEncoderStream()), {
    headers: {
      "content-type": "text/event-stream",
      "cache-control": "no-cache",
    },
  });
});

/** An event of one line; an empty line ends it. */
function format(id: number, data: string): string {
  return `id: ${id}\ndata: ${data}\n\n`;
}
