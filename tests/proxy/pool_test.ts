import { equal, match, ok } from "node:assert/strict";
import { begin, GET, OK, openBackend, openStage, type Peer, type Stage } from "./harness.ts";

/** A request that must not be sent twice. */
const POST = "POST /app/x HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab";

/** Opens `count` idle connections to the function. */
async function keep(stage: Stage, count: number): Promise<{ client: Peer; kept: Peer[] }> {
  const pairs = [];
  for (let index = 0; index < count; index++) pairs.push(await begin(stage, GET));
  for (const { client, served } of pairs) {
    await served.write(OK);
    await client.read(OK.length);
  }
  return { client: pairs[0]!.client, kept: pairs.map(({ served }) => served) };
}

Deno.test("createUpstream() reuses connections for requests of any client", async () => {
  await using stage = openStage();
  const { client, kept } = await keep(stage, 1);
  const [served] = kept as [Peer];
  for (
    const [request, end] of [
      [GET.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"), true],
      [GET.replace("1.1", "1.0"), true],
      [GET, false],
    ] as const
  ) {
    const other = await stage.connect();
    await other.write(request);
    await served.readHead();
    await served.write(OK);
    match(end ? await other.readAll() : await other.readUntil("ok"), /ok$/);
  }
  await client.write(POST);
  await served.readHead();
  equal(await served.read(2), "ab");
  await served.write(OK);
  equal(await client.read(OK.length), OK);
  equal(stage.backend.opened, 1);
});

Deno.test("exchange() retries a safe request once on a new connection", async () => {
  for (const method of ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]) {
    await using stage = openStage();
    const { client, kept } = await keep(stage, 3);
    // The function closes its connections just when the request arrives.
    await client.write(`${method} /app/again HTTP/1.1\r\nHost: h\r\n\r\n`);
    const served = kept.at(-1)!;
    match(await served.readHead(), /\/again/);
    served.close();
    const fresh = await stage.backend.accept();
    match(await fresh.readHead(), new RegExp(`^${method} /again`));
    await fresh.write("HTTP/1.1 204 No Content\r\n\r\n");
    equal(await client.readHead(), "HTTP/1.1 204 No Content\r\n\r\n");
    equal(stage.backend.opened, 4);
  }
});

Deno.test("exchange() does not retry a request that may have had an effect", async () => {
  const rows: [string, string][] = [
    [POST, ""],
    ["POST /app/x HTTP/1.1\r\nHost: h\r\n\r\n", ""],
    ["PATCH /app/x HTTP/1.1\r\nHost: h\r\n\r\n", ""],
    ["get /app/x HTTP/1.1\r\nHost: h\r\n\r\n", ""],
    [POST.replace("POST", "PUT"), ""],
    [GET, "HTTP/1.1 200"],
    [GET, "HTTP/1.1 103 Early Hints\r\n\r\n"],
  ];
  for (const [request, answer] of rows) {
    await using stage = openStage();
    const { client, kept } = await keep(stage, 1);
    const [served] = kept as [Peer];
    await client.write(request);
    await served.readHead();
    if (request.endsWith("ab")) await served.read(2);
    await served.write(answer);
    served.close();
    const got = await client.readUntil("Error forwarding request");
    match(got, /HTTP\/1.1 502 Bad Gateway\r\n/, request);
    equal(stage.backend.opened, 1, request);
  }
});

Deno.test("exchange() does not retry after a failure on a new connection", async () => {
  await using stage = openStage();
  const { client, served } = await begin(stage, GET);
  served.close();
  match(await client.readUntil("inspect say why"), /^HTTP\/1.1 502 /);
  equal(stage.backend.opened, 1);
});

Deno.test("exchange() keeps the client's connection in sync when a function exits", async () => {
  await using stage = openStage();
  const { client, kept } = await keep(stage, 1);
  const [served] = kept as [Peer];
  // Another request follows the body, and must not be read as part of it.
  await client.write(POST + GET.replace("/x", "/second"));
  await served.readHead();
  await served.read(2);
  served.close();
  match(await client.readUntil("inspect say why"), /^HTTP\/1.1 502 .*: keep-alive\r\n/s);
  const fresh = await stage.backend.accept();
  match(await fresh.readHead(), /^GET \/second HTTP\/1.1\r\n/);
  await fresh.write(OK);
  equal(await client.read(OK.length), OK);
});

Deno.test("createUpstream() closes an idle connection that receives unexpected bytes", async () => {
  for (const stray of [OK, "\r\n", "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"]) {
    for (const isAtOnce of [true, false]) {
      await using stage = openStage();
      const { client, served } = await begin(stage, GET);
      await served.write(isAtOnce ? OK + stray : OK);
      equal(await client.read(OK.length), OK);
      if (!isAtOnce) await served.write(stray);
      equal(await served.readAll(), "", "the proxy closes it");
      await client.write(POST);
      const fresh = await stage.backend.accept();
      await fresh.readHead();
      await fresh.write("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
      match(await client.readHead(), /^HTTP\/1.1 201 Created\r\n/);
    }
  }
});

Deno.test("createUpstream() does not reuse a connection with an unfinished response", async () => {
  const rows: [string, string][] = [
    ["HTTP/1.1 204 No Content\r\n\r\n", "body"],
    ["HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\n", "body"],
    ["HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", ""],
  ];
  for (const [answer, stray] of rows) {
    await using stage = openStage();
    const { client, served } = await begin(stage, GET);
    await served.write(answer + stray);
    await client.readHead();
    equal(await served.readAll(), "");
    await client.write(GET);
    await (await stage.backend.accept()).readHead();
  }
});

Deno.test("createUpstream() does not reuse a connection with an unfinished request body", async () => {
  await using stage = openStage();
  const length = 64 * 1024 * 1024;
  const { client, served } = await begin(
    stage,
    `POST /app/x HTTP/1.1\r\nHost: h\r\nContent-Length: ${length}\r\n\r\n`,
  );
  const sending = client.write(new Uint8Array(length)).then(() => true, () => false);
  await served.write(OK);
  match(await client.readUntil("ok"), /\r\nConnection: close\r\n/);
  client.close();
  await sending;
  await served.readAll();
  ok(stage.upstream.inFlight === 0);
});

Deno.test("createUpstream() rejects connections to a function that does not listen", async () => {
  await using stage = openStage();
  stage.backend[Symbol.dispose]();
  const client = await stage.connect();
  await client.write(POST + GET);
  const got = await client.readUntil("inspect say why");
  match(got, /^HTTP\/1.1 502 .*x-ddsrv-error: upstream-failed\r\nconnection: keep-alive\r\n/s);
  match(await client.readUntil("inspect say why"), /^HTTP\/1.1 502 /);
});

Deno.test("createUpstream() counts requests and resolves when the last one has ended", async () => {
  await using stage = openStage();
  const first = await begin(stage, GET);
  const second = await begin(stage, GET);
  equal(stage.upstream.inFlight, 2);
  const order: string[] = [];
  const drained = stage.upstream.drained().then(() => order.push("drained"));
  await first.served.write(OK);
  await first.client.read(OK.length);
  order.push("first");
  await second.served.write(OK);
  await drained;
  equal(order.join(), "first,drained");
  equal(stage.upstream.requests, 2);
});

Deno.test("createUpstream() closes connections that cannot be reused", async () => {
  await using stage = openStage();
  const { client, served } = await begin(stage, GET);
  equal(stage.upstream.connections, 1);
  await served.write(OK.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
  await client.readUntil("ok");
  // The next request opens the only connection.
  await client.write(GET);
  const next = await stage.backend.accept();
  await next.readHead();
  equal(stage.upstream.connections, 1);
  await next.write(OK);
  await client.readUntil("ok");
});

Deno.test("createUpstream() sends further requests to another address, and ends those in flight", async () => {
  await using stage = openStage();
  using moved = openBackend();
  const { kept } = await keep(stage, 1);
  const waiting = await stage.connect();
  await waiting.write(GET);
  await kept[0]!.readHead();
  const port = moved.port;
  stage.upstream.moveTo({ hostname: "127.0.0.1", port });
  equal(stage.upstream.label, `127.0.0.1:${port}`);
  await kept[0]!.write(OK);
  equal(await waiting.read(OK.length), OK);
  const other = await stage.connect();
  await other.write(GET);
  const served = await moved.accept();
  match(await served.readHead(), /^GET /);
  await served.write(OK);
  equal(await other.read(OK.length), OK);
  equal(stage.upstream.connections, 1);
});

const otherProtocols: readonly [what: string, bytes: string, says: RegExp][] = [
  ["TLS", "\x15\x03\x03\x00\x02\x022", /the function speaks TLS, but/],
  ["HTTP/2", "\0\0\0\x04\0\0\0\0\0", /the function speaks HTTP\/2 only, but/],
];

for (const [what, bytes, says] of otherProtocols) {
  Deno.test(`exchange() says that a function speaks ${what}, before it closes the connection`, async () => {
    await using stage = openStage();
    const { client, served } = await begin(stage, GET);
    equal(stage.upstream.report.mismatch, undefined);
    await served.write(bytes);
    match(await client.readUntil("HTTP/1.1."), says);
    match(stage.upstream.report.mismatch ?? "", says);
  });
}
