import { equal, match } from "node:assert/strict";
import { begin, GET, OK, openStage, within } from "./harness.ts";

Deno.test("exchange() closes the function's connection when the client disconnects", async () => {
  const rows: [string, string, string][] = [
    ["before the answer", GET, ""],
    ["after a whole upload", "POST /app/x HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab", ""],
    ["within the answer", GET, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nfour"],
    ["after an interim answer", GET, "HTTP/1.1 103 Early\r\n\r\n"],
    ["with a request waiting behind", GET + GET, ""],
  ];
  // It takes the proxy seconds to tell a client that is gone from one that waits.
  await Promise.all(rows.map(async ([when, request, answer]) => {
    await using stage = openStage();
    const { client, served } = await begin(stage, request);
    await served.write(answer);
    await client.read(answer.length);
    client.close();
    const rest = await served.readAll();
    equal(rest, request.includes("POST") ? "ab" : "", when);
    await within(stage.upstream.drained(), "the exchange to end");
    equal(stage.backend.opened, 1, when);
  }));
});

Deno.test("exchange() notices a disconnect after a pipelined request", async () => {
  await using stage = openStage();
  const { client, served } = await begin(stage, GET);
  await client.write(GET.slice(0, 9));
  await client.write(GET.slice(9));
  client.close();
  equal(await served.readAll(), "");
  await within(stage.upstream.drained(), "the exchange to end");
});

Deno.test("exchange() ends when the client disconnects while the function reads nothing", async () => {
  await using stage = openStage();
  const { client } = await begin(
    stage,
    "POST /app/x HTTP/1.1\r\nHost: h\r\nContent-Length: 500000000\r\n\r\n",
  );
  const piece = new Uint8Array(1024 * 1024);
  for (let isTaken = true; isTaken;) {
    const writing = client.write(piece).then(() => true, () => false);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<boolean>((resolve) => timer = setTimeout(() => resolve(false), 300));
    isTaken = await Promise.race([writing, late]);
    clearTimeout(timer);
  }
  client.close();
  // Disposing of the stage closes the proxy, which must not wait for the function.
});

Deno.test("disposing of openProxy() closes connections in every state at once", async () => {
  const rows: [string, string, string][] = [
    ["an answer", GET, ""],
    ["an answer, with a request behind", GET + GET, ""],
    ["the rest of an answer", GET + GET, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nfour"],
    ["a body", "POST /app/x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhell", ""],
    [
      "an upgrade",
      "GET /app/x HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n",
      "",
    ],
    [
      "a tunnel",
      "GET /app/x HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n",
      "HTTP/1.1 101 S\r\nUpgrade: x\r\n\r\nhello",
    ],
  ];
  for (const [what, request, answer] of rows) {
    await using stage = openStage();
    const { client, served } = await begin(stage, request);
    await served.write(answer);
    if (answer !== "") await client.readHead();
    await within(stage.proxy[Symbol.asyncDispose](), `an end while waiting for ${what}`);
    await served.readAll();
  }
});

Deno.test("disposing of openProxy() ends requests that wait for a start", async () => {
  await using stage = openStage();
  stage.routes.set("app", { type: "waiting" });
  const waiting = Promise.withResolvers<void>();
  const wait = stage.routes.wait.bind(stage.routes);
  stage.routes.wait = (name, options) => {
    waiting.resolve();
    return wait(name, options);
  };
  const client = await stage.connect();
  await client.write(GET);
  await within(waiting.promise, "the request to come");
  await within(stage.proxy[Symbol.asyncDispose](), "the end");
});

Deno.test("Proxy.drain() finishes in-flight requests and accepts no new ones", async () => {
  await using stage = openStage();
  const idle = await stage.connect();
  const { client, served } = await begin(stage, GET);
  // A connection after a request, one without a request, and one with a request in flight.
  const used = await stage.connect();
  await used.write(GET);
  const other = await stage.backend.accept();
  await other.readHead();
  await other.write(OK);
  await used.read(OK.length);
  const drained = stage.proxy.drain();
  equal(await idle.readAll(), "");
  equal(await used.readAll(), "");
  await served.write(OK);
  equal(await client.readAll(), OK);
  await within(drained, "the drain to end");
});

Deno.test("serveClient() drops a waiting request when its client disconnects", async () => {
  const post = GET.replace("GET", "POST");
  const sized = post.replace("\r\n\r\n", "\r\nContent-Length: 9\r\n\r\nbody");
  const chunked = post.replace("\r\n\r\n", "\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbo");
  const rows = [GET, GET + GET, GET + "x".repeat(10_000), sized, chunked];
  await Promise.all(rows.map(async (request) => {
    const left = Promise.withResolvers<void>();
    await using stage = openStage({}, {
      onAccess: ({ status }) => status === 499 && left.resolve(),
    });
    stage.routes.set("app", { type: "waiting" });
    const client = await stage.connect();
    await client.write(request);
    client.close();
    await within(left.promise, "the proxy to notice");
    stage.routes.set("app", { type: "ready", upstream: stage.upstream });
    equal(stage.backend.opened, 0);
  }));
  // The proxy cannot see the client's end behind more data than its buffer holds.
  await using stage = openStage();
  stage.routes.set("app", { type: "waiting" });
  const client = await stage.connect();
  void client.write(GET + "x".repeat(200_000)).catch(() => {});
  client.close();
});

Deno.test("serveClient() keeps all data that arrives while a request waits for a start", async () => {
  await using stage = openStage();
  stage.routes.set("app", { type: "waiting" });
  const client = await stage.connect();
  const body = "b".repeat(6_000);
  const post = `POST /app/y HTTP/1.1\r\nHost: h\r\nContent-Length: ${body.length}\r\n\r\n`;
  for (const part of [GET, post.slice(0, 20), post.slice(20), body]) {
    await client.write(part);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  stage.routes.set("app", { type: "ready", upstream: stage.upstream });
  const served = await stage.backend.accept();
  match(await served.readHead(), /^GET \/x HTTP\/1.1\r\nHost: h\r\nX-Forwarded-For: /);
  await served.write(OK);
  match(await served.readHead(), /^POST \/y HTTP\/1.1\r\nHost: h\r\nContent-Length: 6000\r\n/);
  equal(await served.read(body.length), body);
  await served.write(OK);
  equal(await client.read(2 * OK.length), OK + OK);
});
