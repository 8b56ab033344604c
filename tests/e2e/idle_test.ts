import assert from "node:assert/strict";
import { answering, count, eventually, type Server, startServer } from "./support/harness.ts";
import { openSockets } from "./support/open_sockets.ts";

async function statusOf(server: Server, name: string): Promise<string> {
  return (await server.inspect(name)).status;
}

Deno.test("idle functions start once with their first request and scale to zero again", async () => {
  await using server = await startServer({
    isParking: true,
    flags: ["--idle", "3s"],
    files: {
      "app/index.ts": `console.log("started");
        Deno.serve((request) => {
          if (request.headers.get("upgrade") === "websocket") {
            return Deno.upgradeWebSocket(request).response;
          }
          return new Response("app " + new URL(request.url).pathname);
        });\n`,
      "never/index.ts": answering("never"),
      "never/ddsrv.json": '{ "idle": "500ms" }',
    },
  });
  await server.said("app idle until its next request");
  const { status, pid, namespace, url } = await server.inspect("app");
  assert.deepEqual([status, pid, namespace], ["idle", null, null]);
  assert.ok(url !== null);
  assert.equal(count(server.output(), "started"), 0);
  const answers = await Promise.all(
    Array.from(
      { length: 30 },
      (_, index) => fetch(`${server.url}/app/${index}`).then((response) => response.text()),
    ),
  );
  assert.deepEqual(answers, answers.map((_, index) => `app /${index}`));
  assert.equal(count(server.output(), "[app] started"), 1);
  {
    // An open connection keeps it from becoming idle during the assertions. It may
    // have been idle before.
    await using _open = await openSockets(server, "app", 1);
    assert.equal(await statusOf(server, "app"), "ready");
  }
  await eventually("its process is gone", async () => (await server.inspect("app")).pid === null);
  const before = count(server.output(), "[app] started");
  await server.answers("/app/again", "app /again");
  await eventually("it has started once more", () => {
    return count(server.output(), "[app] started") > before;
  });
  assert.equal((await server.inspect("app")).restarts, 0);
  await server.said("never failed");
  assert.match(
    (await server.inspect("never")).detail!,
    /"500ms" is out of bounds\. Give at least 1s, or never/,
  );
});

Deno.test("idle: streams and WebSockets count as activity, and idle may be set per function", async () => {
  await using server = await startServer({
    isParking: true,
    files: {
      "app/index.ts": `Deno.serve((request) => {
        if (request.headers.get("upgrade") === "websocket") {
          const { socket, response } = Deno.upgradeWebSocket(request);
          socket.onmessage = ({ data }) => socket.send(data);
          return response;
        }
        const body = new ReadableStream({
          async start(controller) {
            for (let index = 0; index < 5; index++) {
              controller.enqueue(new TextEncoder().encode(String(index)));
              await new Promise((resolve) => setTimeout(resolve, 700));
            }
            controller.close();
          },
        });
        return new Response(body);
      });\n`,
      "app/ddsrv.json": '{ "idle": "1s" }',
      "other/index.ts": answering("other"),
      "witness/index.ts": answering("witness"),
      "witness/ddsrv.json": '{ "idle": "1s" }',
    },
  });
  await server.said("app idle until its next request");
  await server.answers("/other", "other");
  assert.equal(await (await fetch(`${server.url}/app`)).text(), "01234");
  const socket = new WebSocket(`${server.url.replace("http", "ws")}/app`);
  const opened = Promise.withResolvers<void>();
  socket.onopen = () => opened.resolve();
  await opened.promise;
  const from = server.output().length;
  // A function whose idle time has started later is idle by now.
  for (let round = 0; round < 2; round++) {
    const begun = server.output().length;
    await server.answers("/witness", "witness");
    await server.said("witness idle until its next request", begun);
  }
  const heard = Promise.withResolvers<unknown>();
  socket.onmessage = ({ data }) => heard.resolve(data);
  socket.send("still here");
  assert.equal(await heard.promise, "still here");
  assert.equal(count(server.output().slice(from), "app idle until"), 0);
  const closed = Promise.withResolvers<void>();
  socket.onclose = () => closed.resolve();
  socket.close();
  await closed.promise;
  await server.said("app idle until its next request", from);
  assert.equal(await statusOf(server, "other"), "ready");
});

Deno.test("idle: new code is checked at once and started with the next request", async () => {
  await using server = await startServer({
    isParking: true,
    isChecked: true,
    flags: ["--idle", "2s"],
    files: { "app/index.ts": answering("one") },
  });
  await server.said("app idle until");
  const { revision } = await server.inspect("app");
  await server.write({ "app/index.ts": answering("two") });
  await eventually("the new revision is known", async () => {
    const now = await server.inspect("app");
    return now.revision !== revision && now.status === "idle";
  });
  assert.equal((await server.inspect("app")).pid, null);
  await server.answers("/app", "two");
  const from = server.output().length;
  await server.write({ "app/index.ts": "const broken: string = 1;\n" });
  await server.said("app failed: The check failed", from);
  await server.answers("/app", "two");
  await server.write({ "app/index.ts": answering("three") });
  await eventually("it is well again", async () => (await server.inspect("app")).reason === null);
  await server.answers("/app", "three");
  await Deno.remove(`${server.functions}/app`, { recursive: true });
  await server.said("app stopped");
});

Deno.test("idle: a failed start reports the reason and is retried with the next request", async () => {
  await using server = await startServer({
    isParking: true,
    flags: ["--idle", "1s"],
    files: { "app/index.ts": "Deno.exit(7);\n" },
  });
  await server.said("app idle until");
  const response = await fetch(`${server.url}/app`);
  assert.equal(response.status, 500);
  assert.match(await response.text(), /Exited with code 7 before listening on a port/);
  await server.write({ "app/index.ts": answering("well") });
  await server.answers("/app", "well");
});
