import { request } from "npm:undici@6.21.0";

Deno.serve({ port: 8000 }, async (incoming) => {
  if (new URL(incoming.url).pathname === "/inner") return Response.json({ by: "undici" });
  const { statusCode, body } = await request("http://127.0.0.1:8000/inner");
  return Response.json({ statusCode, body: await body.json() });
});
