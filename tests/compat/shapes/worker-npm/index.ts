const worker = new Worker(new URL("./render.ts", import.meta.url), { type: "module" });

Deno.serve(async (request) => {
  const { promise, resolve } = Promise.withResolvers<Response>();
  worker.onmessage = ({ data }) =>
    resolve(new Response(data, { headers: { "content-type": "text/html" } }));
  worker.postMessage(await request.text());
  return await promise;
});
