import assert from "node:assert/strict";
import { answering, startServer } from "./support/harness.ts";

const ECHO = `Deno.serve((request) => {
  const url = new URL(request.url);
  if (url.pathname === "/socket") {
    const { socket, response } = Deno.upgradeWebSocket(request, { protocol: "chat" });
    socket.onmessage = (event) => socket.send(event.data);
    return response;
  }
  if (url.pathname === "/stream") {
    let count = 0;
    return new Response(new ReadableStream({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        controller.enqueue(new TextEncoder().encode("data: " + count++ + "\\n\\n"));
        if (count === 3) controller.close();
      },
    }), { headers: { "content-type": "text/event-stream" } });
  }
  if (url.pathname === "/redirect") return Response.redirect("http://elsewhere.test/", 302);
  if (request.method === "POST") return new Response(request.body);
  return Response.json({
    url: request.url.slice(url.origin.length),
    method: request.method,
    headers: Object.fromEntries(request.headers),
  });
});\n`;

Deno.test("proxy strips the prefix, keeps query and escapes, and adds forwarding headers", async () => {
  await using server = await startServer({ files: { "a b/index.ts": ECHO } });
  await server.said("a b ready");
  const table = [
    ["/a%20b", "/"],
    ["/a%20b/", "/"],
    ["/a%20b?x=1", "/?x=1"],
    ["/a%20b//x/%2F/%20?q=%C3%A9&&", "//x/%2F/%20?q=%C3%A9&&"],
  ] as const;
  for (const [sent, seen] of table) {
    const report = await (await fetch(server.url + sent)).json();
    assert.equal(report.url, seen, sent);
    assert.equal(report.headers["x-forwarded-for"], "127.0.0.1");
    assert.equal(report.headers["x-forwarded-proto"], "http");
    assert.equal(report.headers["x-forwarded-prefix"], "/a%20b");
    assert.equal(report.headers["x-forwarded-host"], new URL(server.url).host);
  }
});

Deno.test("proxy passes bodies, streams, redirects and WebSockets through a real function", async () => {
  await using server = await startServer({ files: { "echo/index.ts": ECHO } });
  await server.said("echo ready");
  const body = crypto.getRandomValues(new Uint8Array(60_000));
  const whole = new Uint8Array(6_000_000);
  for (let at = 0; at < whole.length; at += body.length) whole.set(body, at);
  const echoed = await fetch(`${server.url}/echo`, { method: "POST", body: whole });
  assert.deepEqual(new Uint8Array(await echoed.arrayBuffer()), whole);
  const chunked = await fetch(`${server.url}/echo`, {
    method: "POST",
    body: new Blob([whole]).stream(),
  });
  assert.equal((await chunked.arrayBuffer()).byteLength, whole.length);
  const stream = await fetch(`${server.url}/echo/stream`);
  assert.equal(await stream.text(), "data: 0\n\ndata: 1\n\ndata: 2\n\n");
  const redirect = await fetch(`${server.url}/echo/redirect`, { redirect: "manual" });
  await redirect.body?.cancel();
  assert.deepEqual(
    [redirect.status, redirect.headers.get("location")],
    [302, "http://elsewhere.test/"],
  );
  await talkToSocket(server.url.replace("http", "ws") + "/echo/socket");
});

async function talkToSocket(url: string): Promise<void> {
  const socket = new WebSocket(url, "chat");
  const heard = Promise.withResolvers<string>();
  socket.onopen = () => socket.send("x".repeat(200_000));
  socket.onmessage = (event) => heard.resolve(event.data);
  socket.onerror = () => heard.reject(new Error("The socket broke"));
  assert.equal((await heard.promise).length, 200_000);
  assert.equal(socket.protocol, "chat");
  const closed = Promise.withResolvers<CloseEvent>();
  socket.onclose = closed.resolve;
  socket.close(4001, "enough");
  assert.equal((await closed.promise).code, 4001);
}

Deno.test("proxy answers 404, 500 with diagnostics, 503 after an exit, and 502", async () => {
  await using server = await startServer({
    isChecked: true,
    files: {
      "wrong/index.ts": "const wrong: number = 'text';\n",
      "dies/index.ts": `Deno.serve(() => { Deno.exit(3); });\n`,
      "fine/index.ts": answering("fine"),
    },
  });
  await server.answers("/fine", "fine");
  await server.said("wrong failed");
  await server.said("dies ready");
  const ask = async (path: string, headers: Record<string, string> = {}): Promise<string> => {
    const response = await fetch(server.url + path, { headers });
    return `${response.status} ${await response.text()}`;
  };
  assert.equal(await ask("/unknown"), "404 Function not found");
  assert.equal(await ask("/fiine"), '404 Function not found\n\nDid you mean "fine"?');
  assert.match(await ask("/"), /^200 \/dies\/ ready\n\/fine\/ ready\n\/wrong\/ failed\n$/);
  const forwarded = { "x-forwarded-for": "192.0.2.1" };
  assert.equal(await ask("/", forwarded), "404 Function not found");
  assert.equal(await ask("/fiine", forwarded), "404 Function not found");
  const browser = { accept: "text/html" };
  assert.match(await ask("/", browser), /<a href="\/fine\/">fine<\/a> ready/);
  assert.match(await ask("/wrong", browser), /TS2322[\s\S]*loads again when the function is back/);
  assert.match(await ask("/wrong"), /^500 The check failed\n[\s\S]*TS2322/);
  // This server has no variable of the original, so the function gets its health checks.
  assert.equal(await ask("/fine/x", { "x-graphand-healthcheck": "true" }), "200 fine");
  assert.match(await ask("/dies"), /^502 Error forwarding request: /);
  await server.said("dies failed");
  const after = await fetch(`${server.url}/dies`);
  const text = await after.text();
  // Either the request waits for the new start and kills that instance too, or it
  // gets the restart delay.
  assert.ok(after.status === 502 || after.status === 503, `${after.status} ${text}`);
  await server.answers("/fine", "fine");
});

Deno.test("proxy holds a request while its function starts", async () => {
  await using server = await startServer();
  await server.write({ "late/index.ts": answering("at last") });
  await server.said("late checking");
  assert.equal(await (await fetch(`${server.url}/late`)).text(), "at last");
});
