import assert from "node:assert/strict";
import { type Server, startServer } from "./support/harness.ts";
import { connect, readAnswer } from "./support/raw_client.ts";

/** A function that reports a request, and answers with the body once it is complete. */
const ECHO = `Deno.serve(async (request) => {
  console.log("has the request");
  return new Response(await request.text());
});
`;

const FIRST_HALF = "POST /app HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nab";

async function serveEcho(stopGrace: string, ...flags: readonly string[]): Promise<Server> {
  const server = await startServer({
    files: { "app/index.ts": ECHO },
    env: { DDSRV_STOP_GRACE: stopGrace },
    flags,
  });
  await server.answers("/app", "");
  return server;
}

Deno.test("shutdown waits for in-flight requests for the shutdown timeout, not the stop grace", async () => {
  await using server = await serveEcho("0ms", "--shutdown-timeout", "30m");
  using client = await connect(server);
  const from = server.output().length;
  await client.write(FIRST_HALF);
  await server.said("[app] has the request", from);
  server.signal("SIGTERM");
  await server.said("Stopping");
  await client.write("cd");
  const { head, body } = await readAnswer(client);
  assert.match(head, /^HTTP\/1\.1 200 /);
  assert.equal(body, "abcd");
  assert.equal(await server.exited, 0);
});

Deno.test("shutdown ends in-flight requests after the shutdown timeout", async () => {
  await using server = await serveEcho("30m", "--shutdown-timeout", "0ms");
  using client = await connect(server);
  const from = server.output().length;
  await client.write(FIRST_HALF);
  await server.said("[app] has the request", from);
  server.signal("SIGTERM");
  assert.equal(await server.exited, 0);
});

Deno.test("shutdown serves new connections during the delay, while /readyz answers 503", async () => {
  await using server = await serveEcho("30m", "--shutdown-delay", "30m", "--admin-port", "0");
  const admin = /metrics on (\S+)/.exec(server.output())![1]!;
  const ready = async (): Promise<number> => {
    const response = await fetch(`${admin}/readyz`);
    await response.body?.cancel();
    return response.status;
  };
  assert.equal(await ready(), 200);
  server.signal("SIGTERM");
  await server.said("Stopping in 30m. Until then /readyz answers 503");
  assert.equal(await ready(), 503);
  const response = await fetch(`${server.url}/app`, { method: "POST", body: "late" });
  assert.equal(await response.text(), "late");
  server.signal("SIGTERM");
  assert.equal(await server.exited, 0);
});
