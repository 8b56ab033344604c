import { equal, match, ok } from "node:assert/strict";
import { longEnoughMs } from "../patience.ts";
import { begin, GET, OK, openStage, within } from "./harness.ts";

Deno.test("serveClient() answers 408 when a head does not come in time", async () => {
  await using stage = openStage({ headTimeoutMs: 1 });
  for (const part of ["G", "\r", GET.slice(0, -1)]) {
    const client = await stage.connect();
    await client.write(part);
    match(
      await client.readAll(),
      /^HTTP\/1.1 408 .*\r\nconnection: close\r\n.* did not arrive in time$/s,
    );
    // What comes now is too late: it was refused.
    await client.write(GET.slice(part.length)).catch(() => {});
    client.close();
  }
  equal(stage.backend.opened, 0);
});

Deno.test("serveClient() does not wait for a refused client to go away", async () => {
  await using stage = openStage({ headTimeoutMs: 1 });
  const client = await stage.connect();
  await client.write("GET ");
  match(await client.readAll(), /^HTTP\/1.1 408 /);
  await within(stage.proxy.drain(), "the connection to be closed");
});

Deno.test("serveClient() closes a connection that is idle for too long, without a word", async () => {
  await using stage = openStage({ idleTimeoutMs: 1 });
  const client = await stage.connect();
  equal(await client.readAll(), "");
  const blank = await stage.connect();
  await blank.write("\r\n\r\n");
  equal(await blank.readAll(), "");
});

Deno.test("exchange() answers 504 when the function says nothing in time", async () => {
  const interim = "HTTP/1.1 100 Continue\r\n\r\n";
  const rows: [string, string][] = [
    [GET, ""],
    [GET, "HTTP/1.1 200 OK\r\nContent-"],
    [GET, interim],
    ["POST /app HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab", ""],
  ];
  await using stage = openStage({ firstByteTimeoutMs: 1 });
  for (const [request, answer] of rows) {
    const { client, served } = await begin(stage, request);
    // The time may be over already.
    await served.write(answer).catch(() => {});
    match(
      await client.readUntil("did not respond in time"),
      /HTTP\/1.1 504 Gateway Timeout\r\n.*x-ddsrv-error: upstream-timeout\r\nconnection: keep-alive/s,
      answer,
    );
    await served.readAll();
    client.close();
  }
});

Deno.test("exchange() answers 408 and closes when a body does not go on", async () => {
  await using stage = openStage({ stallTimeoutMs: 1 });
  const { client } = await begin(
    stage,
    "POST /app HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\na",
  );
  match(
    await client.readAll(),
    /^HTTP\/1.1 408 .*x-ddsrv-error: body-timeout\r\nconnection: close\r\n/s,
  );
});

Deno.test("exchange() answers 504 when the function takes nothing of a body", async () => {
  await using stage = openStage({ firstByteTimeoutMs: 1, stallTimeoutMs: Infinity });
  const client = await stage.connect();
  const length = 64 * 1024 * 1024;
  await client.write(`POST /app HTTP/1.1\r\nHost: h\r\nContent-Length: ${length}\r\n\r\n`);
  await stage.backend.accept();
  // Ends with an error once the proxy has closed the connection behind its answer.
  const sent = client.write(new Uint8Array(length)).catch(() => {});
  match(await client.readUntil("in time"), /^HTTP\/1.1 504 .*upstream-timeout\r\n/s);
  client.close();
  await sent;
});

Deno.test("exchange() cuts off a client that takes nothing of its answer", async () => {
  await using stage = openStage({ stallTimeoutMs: 1 });
  const length = 64 * 1024 * 1024;
  const { client, served } = await begin(stage, GET);
  await served.write(`HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n`);
  // The function's connection is reset when the client's is.
  await within(served.write(new Uint8Array(length)).catch(() => {}), "the answer to be cut");
  const got = await client.readAll();
  ok(got.length < length, "the client got all");
});

Deno.test("exchange() gives an answer that has begun all the time that it needs", async () => {
  const firstByteTimeoutMs = longEnoughMs(1);
  await using stage = openStage({ firstByteTimeoutMs, headTimeoutMs: 1, idleTimeoutMs: 1 });
  const { client, served } = await begin(stage, GET);
  await served.write(OK.slice(0, -1));
  await client.readHead();
  // Another connection's time runs out meanwhile, as often as it takes this one to be over it.
  const beganMs = performance.now();
  do equal(await (await stage.connect()).readAll(), ""); while (
    performance.now() - beganMs <= 1.5 * firstByteTimeoutMs
  );
  await served.write(OK.slice(-1));
  equal(await client.read(2), "ok");
});

Deno.test("serveClient() answers 503 when a function's start takes too long", async () => {
  await using stage = openStage({ waitTimeoutMs: 1 });
  stage.routes.set("app", { type: "waiting" });
  const client = await stage.connect();
  for (const request of [GET, GET]) {
    await client.write(request);
    match(
      await client.readUntil("still starting"),
      /^HTTP\/1.1 503 .*\r\nretry-after: 1\r\nconnection: keep-alive\r\n/s,
    );
  }
});
