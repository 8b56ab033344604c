import { greeting } from "./server.ts";

const controller = new AbortController();
const server = Deno.serve({
  hostname: "127.0.0.1",
  port: 8080,
  signal: controller.signal,
  handler: () => new Response(greeting),
  onError: () => new Response("failed", { status: 500 }),
});
await server.finished;
