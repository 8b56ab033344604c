import assert from "node:assert/strict";
import { join } from "node:path";
import { within } from "../proxy/harness.ts";
import { longEnoughMs } from "../patience.ts";
import { eventually, type Server, startServer } from "./support/harness.ts";
import { openSockets } from "./support/open_sockets.ts";
import { connect, readAnswer } from "./support/raw_client.ts";

/** A function that answers at once, on command, or without an end; it also serves WebSockets. */
const patient = (text: string): string =>
  `const released = Promise.withResolvers<void>();
Deno.serve((request) => {
  const { pathname } = new URL(request.url);
  if (request.headers.get("upgrade") === "websocket") {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onmessage = ({ data }) => {
      if (data === "release") released.resolve();
      socket.send(data);
    };
    return response;
  }
  if (pathname === "/held") return released.promise.then(() => new Response("held by ${text}"));
  if (pathname === "/endless") {
    return new Response(new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode("begun")),
    }));
  }
  return new Response("${text}");
});
`;

/** Drain time of an old instance. */
const DRAIN_MS = 2_000;

/** Upper limit for the drain time in manifests. */
const GRACE = { DDSRV_STOP_GRACE: "30m" };

async function isGone(pid: number | null): Promise<boolean> {
  return await Deno.stat(`/proc/${pid}/ns/net`).then(() => false, () => true);
}

/** Replaces the first code of the function `app` by the second. */
async function replace(server: Server): Promise<void> {
  await server.write({ "app/index.ts": patient("new") });
  await server.answers("/app", "new");
}

Deno.test("reload drains in-flight requests and WebSockets", async () => {
  await using server = await startServer({ files: { "app/index.ts": patient("old") } });
  await server.answers("/app", "old");
  const { pid } = await server.inspect("app");
  using client = await connect(server);
  await client.write("GET /app/held HTTP/1.1\r\nHost: h\r\n\r\n");
  {
    await using sockets = await openSockets(server, "app", 4);
    await replace(server);
    await sockets.assertOpen();
    const socket = new WebSocket(`${server.url.replace("http", "ws")}/app`);
    const heard = Promise.withResolvers<void>();
    socket.onopen = () => socket.send("release");
    socket.onmessage = () => heard.resolve();
    await within(heard.promise, "the new instance");
    // Only the new instance got the word: the old instance's request waits for its own one.
    assert.ok(!await isGone(pid));
    await sockets.say("release");
    assert.equal((await readAnswer(client)).body, "held by old");
    await sockets.assertOpen();
    const closed = Promise.withResolvers<void>();
    socket.onclose = () => closed.resolve();
    socket.close();
    await closed.promise;
  }
  await eventually("the old instance is gone", () => isGone(pid));
});

Deno.test("reload closes only connections that exceed the drain time", async () => {
  await using server = await startServer({
    files: { "app/index.ts": patient("old"), "other/index.ts": patient("other") },
    flags: ["--drain", `${DRAIN_MS}ms`],
  });
  await server.answers("/app", "old");
  await server.answers("/other", "other");
  const { pid } = await server.inspect("app");
  await using others = await openSockets(server, "other", 4);
  await using sockets = await openSockets(server, "app", 4);
  using held = await connect(server);
  await held.write("GET /app/held HTTP/1.1\r\nHost: h\r\n\r\n");
  using endless = await connect(server);
  await endless.write("GET /app/endless HTTP/1.1\r\nHost: h\r\n\r\n");
  await endless.readUntil("begun");
  await sockets.assertOpen();
  const beganMs = performance.now();
  await replace(server);
  const { head, body } = await readAnswer(held);
  assert.match(head, /^HTTP\/1\.1 502 /);
  assert.match(body, /^Error forwarding request: /);
  // Without the last chunk, because an interrupted answer must not look complete.
  assert.ok(!(await endless.readAll()).includes("0\r\n\r\n"));
  await eventually("its WebSockets are cut", () => sockets.closed().length === 4);
  // Never earlier; a slow machine may take longer.
  assert.ok(performance.now() - beganMs >= DRAIN_MS);
  await eventually("the old instance is gone", () => isGone(pid));
  await others.assertOpen();
  await server.answers("/app", "new");
});

Deno.test("reload kills an instance that ignores SIGTERM after drain and grace time", async () => {
  const stubborn = `Deno.addSignalListener("SIGTERM", () => console.log("not now"));\n`;
  await using server = await startServer({
    files: {
      "app/index.ts": stubborn + patient("old"),
      "app/ddsrv.json": JSON.stringify({ drain: "500ms", stopGrace: `${longEnoughMs(1)}ms` }),
    },
    env: GRACE,
  });
  await server.answers("/app", "old");
  const { pid, namespace } = await server.inspect("app");
  await using _ = await openSockets(server, "app", 1);
  await replace(server);
  await server.said("[app] not now");
  await eventually("the old instance is gone", () => isGone(pid));
  await eventually(
    "its namespace is gone",
    () => Deno.stat(join("/run/netns", namespace!)).then(() => false, () => true),
  );
});
