import { equal, match, ok } from "node:assert/strict";
import { longEnoughMs } from "../patience.ts";
import { begin, GET, OK, openStage, within } from "./harness.ts";

Deno.test("serveClient() answers 408 to a head that does not arrive in time", async () => {
  await using stage = openStage({ headTimeoutMs: 1 });
  for (const part of ["G", "\r", GET.slice(0, -1)]) {
    const client = await stage.connect();
    await client.write(part);
    match(
      await client.readAll(),
      /^HTTP\/1.1 408 .*\r\nconnection: close\r\n.* did not arrive in time$/s,
    );
    // Too late: the request was rejected.
    await client.write(GET.slice(part.length)).catch(() => {});
    client.close();
  }
  equal(stage.backend.opened, 0);
});

Deno.test("serveClient() closes the connection of a rejected client soon", async () => {
  await using stage = openStage({ headTimeoutMs: 1 });
  const client = await stage.connect();
  await client.write("GET ");
  match(await client.readAll(), /^HTTP\/1.1 408 /);
  await within(stage.proxy.drain(), "the connection to be closed");
});

Deno.test("serveClient() closes an idle connection without a response", async () => {
  await using stage = openStage({ idleTimeoutMs: 1 });
  const client = await stage.connect();
  equal(await client.readAll(), "");
  const blank = await stage.connect();
  await blank.write("\r\n\r\n");
  equal(await blank.readAll(), "");
});

Deno.test("exchange() answers 504 if the function does not respond in time", async () => {
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
    // The timeout may have expired already.
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

Deno.test("exchange() answers 408 and closes if a request body stalls", async () => {
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

Deno.test("exchange() answers 504 if the function does not read the body", async () => {
  await using stage = openStage({ firstByteTimeoutMs: 1, stallTimeoutMs: Infinity });
  const client = await stage.connect();
  const length = 64 * 1024 * 1024;
  await client.write(`POST /app HTTP/1.1\r\nHost: h\r\nContent-Length: ${length}\r\n\r\n`);
  await stage.backend.accept();
  // Rejects once the proxy has closed the connection after its response.
  const sent = client.write(new Uint8Array(length)).catch(() => {});
  match(await client.readUntil("in time"), /^HTTP\/1.1 504 .*upstream-timeout\r\n/s);
  client.close();
  await sent;
});

Deno.test("exchange() disconnects a client that does not read its response", async () => {
  await using stage = openStage({ stallTimeoutMs: 1 });
  const length = 64 * 1024 * 1024;
  const { client, served } = await begin(stage, GET);
  await served.write(`HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n`);
  // The function's connection is reset when the client's is.
  await within(served.write(new Uint8Array(length)).catch(() => {}), "the answer to be cut");
  const got = await client.readAll();
  ok(got.length < length, "the client got all");
});

Deno.test("exchange() sets no time limit for a response that has started", async () => {
  const firstByteTimeoutMs = longEnoughMs(1);
  await using stage = openStage({ firstByteTimeoutMs, headTimeoutMs: 1, idleTimeoutMs: 1 });
  const { client, served } = await begin(stage, GET);
  await served.write(OK.slice(0, -1));
  await client.readHead();
  // Timeouts of another connection show that more than this one's limit has passed.
  const beganMs = performance.now();
  do equal(await (await stage.connect()).readAll(), ""); while (
    performance.now() - beganMs <= 1.5 * firstByteTimeoutMs
  );
  await served.write(OK.slice(-1));
  equal(await client.read(2), "ok");
});

Deno.test("serveClient() answers 503 if a function takes too long to start", async () => {
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
