import { faultOf } from "../../lib/proxy/http1/fault.ts";
import { equal, match, ok } from "node:assert/strict";
import { begin, GET, OK, openStage } from "./harness.ts";

const SMUGGLED = "GET /app/smuggled HTTP/1.1\r\nHost: h\r\n\r\n";

Deno.test("serveClient() rejects ambiguous requests, closes, and forwards nothing", async () => {
  const rows: [number, string][] = [
    [
      400,
      "POST /app HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
    [
      400,
      "POST /app HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    ],
    [400, "POST /app HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nContent-Length: 44\r\n\r\n"],
    [400, "POST /app HTTP/1.1\r\nHost: h\r\nContent-Length: 0, 44\r\n\r\n"],
    [400, "POST /app HTTP/1.1\r\nHost: h\r\nContent-Length : 44\r\n\r\n"],
    [400, "POST /app HTTP/1.1\r\nHost: h\r\nContent-Length: +0\r\n\r\n"],
    [400, "POST /app HTTP/1.1\r\nHost: h\r\nX: a\r\n Content-Length: 44\r\n\r\n"],
    [400, "POST /app HTTP/1.1\r\nHost: h\r\nX: a\nContent-Length: 44\r\n\r\n"],
    [400, "POST /app HTTP/1.1\r\nHost: h\r\nX: a\rContent-Length: 44\r\n\r\n"],
    [400, "POST /app HTTP/1.1\nHost: h\nContent-Length: 44\n\n"],
    [400, "\nGET /app HTTP/1.1\r\nHost: h\r\n\r\n"],
    [400, "GET /app HTTP/1.1\r\nHost: h\r\n\rX: a\r\n\r\n"],
    [400, "GET /app HTTP/1.1\r\nHost: h\r\nHost: g\r\n\r\n"],
    [400, "GET /app HTTP/1.1\r\n\r\n"],
    [400, "GET /app x HTTP/1.1\r\nHost: h\r\n\r\n"],
    [400, "GET /app\r\n\r\n"],
    [400, "\x16\x03\x01\x02\x00\x01\x00\r\n\r\n"],
    [400, "POST /app HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
    [400, "POST /app HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"],
    [501, "POST /app HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"],
    [400, "POST /app HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"],
    [501, "CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n"],
    [505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    [414, `GET /app/${"a".repeat(300)} HTTP/1.1\r\nHost: h\r\n\r\n`],
    [414, `GET /app/${"a".repeat(3_000)}`],
    [431, `GET /app HTTP/1.1\r\nHost: h\r\nX: ${"a".repeat(2_000)}\r\n\r\n`],
    [431, `GET /app HTTP/1.1\r\nHost: h\r\nX: ${"a".repeat(2_000)}`],
    [431, `GET /app HTTP/1.1\r\nHost: h\r\n${"X: a\r\n".repeat(8)}\r\n`],
  ];
  await using stage = openStage({ maxHeadBytes: 1_000, maxTargetBytes: 256, maxFields: 8 });
  for (const [status, request] of rows) {
    const client = await stage.connect();
    const isWhole = request.includes("\r\n") && !request.endsWith("a");
    await client.write(isWhole || request.includes("\n\n") ? request + SMUGGLED : request);
    await client.closeWrite();
    const got = await client.readAll();
    equal(got.slice(0, 13), `HTTP/1.1 ${status} `, request);
    match(got, /\r\nconnection: close\r\n/, request);
    equal(got.split("HTTP/1.1 ").length, 2, `${request}: one answer`);
    ok(!client.isReset);
  }
  equal(stage.backend.opened, 0);
});

Deno.test("serveClient() forwards a body that looks like a request as a body", async () => {
  const rows: [string, string][] = [
    [`Content-Length: ${SMUGGLED.length}`, SMUGGLED],
    ["Transfer-Encoding: chunked", `${SMUGGLED.length.toString(16)}\r\n${SMUGGLED}\r\n0\r\n\r\n`],
    [
      "Transfer-Encoding: chunked",
      `1;a="\t${"b".repeat(99)}"\r\nx\r\n0\r\nX: ${"GET / HTTP/1.1"}\r\n\r\n`,
    ],
    ["Connection: content-length\r\nContent-Length: 4", "body"],
    ["Connection: transfer-encoding\r\nTransfer-Encoding: chunked", "0\r\n\r\n"],
  ];
  await using stage = openStage();
  const { client, served } = await begin(stage, GET);
  await served.write(OK);
  await client.read(OK.length);
  for (const [fields, body] of rows) {
    await client.write(`POST /app HTTP/1.1\r\nHost: h\r\n${fields}\r\n\r\n${body}${GET}`);
    const head = await served.readHead();
    ok(head.includes(`${fields.split("\r\n").at(-1)}\r\n`), head);
    equal(await served.read(body.length), body);
    await served.write(OK);
    match(await served.readHead(), /^GET \/x /, "the next request begins behind the body");
    await served.write(OK);
    equal(await client.read(2 * OK.length), OK + OK);
  }
  equal(stage.backend.opened, 1);
});

Deno.test("serveClient() answers 502 to invalid responses", async () => {
  const rows = [
    "SSH-2.0-x\r\n\r\n",
    "HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
    "HTTP/2.0 200 OK\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nok",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nok",
    "HTTP/1.1 200 OK\r\nX : y\r\n\r\nok",
    "HTTP/1.1 200 OK\r\nX: y\r\n z\r\n\r\nok",
    `HTTP/1.1 200 OK\r\nX: ${"y".repeat(2_000)}\r\n\r\nok`,
    `HTTP/1.1 200 OK\r\nX: ${"y".repeat(2_000)}`,
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
    "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 20",
  ];
  await using stage = openStage({ maxHeadBytes: 1_000 });
  for (const answer of rows) {
    const { client, served } = await begin(stage, GET);
    await served.write(answer);
    await served.closeWrite();
    const got = await client.readUntil("Error forwarding request: ");
    match(got, /(^|\r\n\r\n)HTTP\/1.1 502 Bad Gateway\r\n/, answer);
    match(got, /\r\nx-ddsrv-error: upstream-failed\r\nconnection: keep-alive\r\n/, answer);
    equal(await served.readAll(), "", "the connection is not used again");
    client.close();
  }
});

Deno.test("serveClient() applies its limits to response fields", async () => {
  for (const [maxFields, pattern] of [[8, /^HTTP\/1.1 502 /], [9, /^HTTP\/1.1 200 /]] as const) {
    await using stage = openStage({ maxFields });
    const { client, served } = await begin(stage, GET);
    await served.write(`HTTP/1.1 200 OK\r\n${"A: b\r\n".repeat(8)}Content-Length: 0\r\n\r\n`);
    match(await client.readHead(), pattern);
  }
});

Deno.test("serveClient() delivers a response to a client that is still sending", async () => {
  const length = 700_000;
  const rows: [string, string][] = [
    [`POST /none HTTP/1.1\r\nHost: h\r\nContent-Length: ${length}\r\n\r\n`, "404"],
    [`POST /app HTTP/1.1\r\nHost: h\r\nContent-Length: ${length}, 1\r\n\r\n`, "400"],
    [`POST /down HTTP/1.1\r\nHost: h\r\nContent-Length: ${length}\r\n\r\n`, "500"],
  ];
  await using stage = openStage();
  const fault = faultOf("function-failed", { message: "It does not compile" });
  stage.routes.set("down", { type: "refused", fault });
  for (const [head, status] of rows) {
    const pattern = new RegExp(`^HTTP/1.1 ${status} .*\r\nconnection: close\r\n`, "s");
    const client = await stage.connect();
    await client.write(head + "b".repeat(length / 2));
    match(await client.readHead(), pattern);
    // Writing fails if the connection was closed before all data arrived.
    for (let times = 0; times < 10; times++) await client.write("b".repeat(length / 20));
    await client.readAll();
    ok(!client.isReset, "the connection was reset over unread bytes");
  }
  equal(stage.backend.opened, 0);
});

Deno.test("serveClient() reads on after an early response", async () => {
  await using stage = openStage();
  const piece = "b".repeat(50_000);
  const { client, served } = await begin(
    stage,
    `POST /app HTTP/1.1\r\nHost: h\r\nContent-Length: ${piece.length * 10}\r\n\r\n`,
  );
  await served.write("HTTP/1.1 413 Too much\r\nContent-Length: 2\r\n\r\nno");
  match(await client.readUntil("\r\n\r\nno"), /^HTTP\/1.1 413 .*\r\nConnection: close\r\n/s);
  equal(await served.readAll(), "");
  // Writing fails if the connection was closed before all data arrived.
  for (let times = 0; times < 10; times++) await client.write(piece);
  await client.closeWrite();
  equal(await client.readAll(), "");
});

Deno.test("serveClient() keeps the connection after its own reply if the body was complete", async () => {
  await using stage = openStage();
  const client = await stage.connect();
  for (
    const body of [
      "Content-Length: 4\r\n\r\nbody",
      "Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\nA: b\r\n\r\n",
      "\r\n",
    ]
  ) {
    await client.write(`POST /none HTTP/1.1\r\nHost: h\r\n${body}`);
    match(await client.readUntil("Function not found"), /: keep-alive\r\n/);
  }
});

Deno.test("proxy rejects a Connection field with thousands of names from either side", async () => {
  await using stage = openStage();
  const many = `Connection: ${"a,".repeat(30_000)}b\r\n`;
  const client = await stage.connect();
  await client.write(`GET /app/x HTTP/1.1\r\nHost: h\r\n${many}\r\n`);
  match(await client.readAll(), /^HTTP\/1\.1 400 [^]*Connection lists too many field names$/);
  const { client: other, served } = await begin(stage, GET);
  await served.write(`HTTP/1.1 200 OK\r\n${many}Content-Length: 0\r\n\r\n`);
  match(await other.readHead(), /^HTTP\/1\.1 502 /);
});

Deno.test("serveClient() answers 500 to an unexpected error and reports it", async () => {
  const errors: unknown[] = [];
  await using stage = openStage({}, { onError: (error) => errors.push(error) });
  const broken = new Error("a fault of our own");
  const upstream = {
    ...stage.upstream,
    takeIdle() {
      throw broken;
    },
  };
  stage.routes.set("app", { type: "ready", upstream });
  const client = await stage.connect();
  await client.write(GET);
  match(
    await client.readAll(),
    /^HTTP\/1.1 500 .*x-ddsrv-error: proxy-failed\r\nconnection: close/s,
  );
  equal(errors[0], broken);
});

Deno.test("exchange() answers 502 to too many interim responses", async () => {
  await using stage = openStage();
  const { client, served } = await begin(stage, GET);
  const interim = "HTTP/1.1 102 Processing\r\n\r\n";
  await served.write(interim.repeat(100));
  match(
    await client.readUntil("too many interim responses"),
    /^(?:HTTP\/1.1 102 Processing\r\n\r\n){64}HTTP\/1.1 502 /,
  );
});
