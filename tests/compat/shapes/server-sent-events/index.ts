Deno.serve(() => {
  let timer: ReturnType<typeof setInterval>;
  let count = 0;
  const body = new ReadableStream<string>({
    start(controller) {
      timer = setInterval(() => {
        controller.enqueue(`id: ${++count}\nevent: tick\ndata: {"count":${count}}\n\n`);
      }, 20);
    },
    cancel: () => clearInterval(timer),
  });
  return new Response(body.pipeThrough(new TextEncoderStream()), {
    headers: { "content-type": "text/event-stream", "cache-control": "no-cache" },
  });
});
