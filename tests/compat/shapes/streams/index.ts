Deno.serve((request) => {
  const { pathname } = new URL(request.url);
  if (pathname === "/echo") return new Response(request.body);
  let count = 0;
  const stream = new ReadableStream<string>({
    async pull(controller) {
      if (count === 5) return controller.close();
      await new Promise((resolve) => setTimeout(resolve, 20));
      controller.enqueue(`line ${++count}\n`);
    },
  });
  return new Response(stream.pipeThrough(new TextEncoderStream()));
});
