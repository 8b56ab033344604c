const worker = new Worker(new URL("./listener.ts", import.meta.url), { type: "module" });
await new Promise((resolve) => worker.onmessage = resolve);
const channel = new BroadcastChannel("news");

Deno.serve(async (request) => {
  const { promise, resolve } = Promise.withResolvers<string>();
  worker.onmessage = ({ data }) => resolve(data);
  channel.postMessage(await request.text());
  return new Response(await promise);
});
