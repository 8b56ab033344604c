import { equal, match, notEqual } from "node:assert/strict";
import { begin, GET, OK, openStage } from "./harness.ts";

Deno.test("exchange() rewrites the request and forwards the response byte for byte", async () => {
  await using stage = openStage();
  const { client, served, head } = await begin(
    stage,
    "GET /app//a%20b/?q=%2F HTTP/1.1\r\nHost: h:1\r\nX-Forwarded-For: 6.6.6.6\r\nA: b\r\n\r\n",
  );
  const id = /X-Request-Id: ([0-9a-f-]{36})\r\n/.exec(head)?.[1];
  const port = /X-Deno-Client-Address: 127\.0\.0\.1:(\d+)\r\n/.exec(head)?.[1];
  equal(
    head,
    "GET //a%20b/?q=%2F HTTP/1.1\r\nHost: h:1\r\nA: b\r\nX-Forwarded-For: 127.0.0.1\r\n" +
      "X-Forwarded-Host: h:1\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Prefix: /app\r\n" +
      `X-Deno-Client-Address: 127.0.0.1:${port}\r\nX-Request-Id: ${id}\r\n\r\n`,
  );
  const answer = "HTTP/1.1 299 \xdcberraschung\r\nset-cookie: a\r\nSet-Cookie: b\r\n" +
    "content-length: 3\r\n\r\n\x00\xff\n";
  await served.write(answer);
  equal(await client.read(answer.length), answer);
});

Deno.test("exchange() reuses persistent connections on both sides", async () => {
  await using stage = openStage();
  const { client, served, head } = await begin(stage, GET);
  await served.write(OK);
  equal(await client.read(OK.length), OK);
  await client.write(GET);
  const second = await served.readHead();
  notEqual(second, head, "each request has an id of its own");
  await served.write(OK);
  equal(await client.read(OK.length), OK);
  equal(stage.backend.opened, 1);
});

Deno.test("exchange() answers pipelined requests in order", async () => {
  await using stage = openStage();
  const body = "POST /app/2 HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nGET /";
  const missing = "GET /none HTTP/1.1\r\nHost: h\r\n\r\n";
  const { client, served, head } = await begin(stage, `\r\n${GET}${body}${missing}\r\n\r\n${GET}`);
  match(head, /^GET \/x /);
  await served.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1");
  match(await served.readHead(), /^POST \/2 /);
  equal(await served.read(5), "GET /");
  await served.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n2");
  match(await served.readHead(), /^GET \/x /);
  await served.write(OK);
  const text = await client.readUntil("ok");
  match(
    text,
    /^HTTP\/1.1 200 OK\r\nC[^\n]*\n\r\n1HTTP[^\n]*\nC[^\n]*\n\r\n2HTTP\/1.1 404 .*\n\r\n/s,
  );
});

Deno.test("exchange() reads a head that arrives byte by byte, and the next one right after it", async () => {
  await using stage = openStage();
  const client = await stage.connect();
  for (const byte of GET + GET.slice(0, 10)) await client.write(byte);
  const served = await stage.backend.accept();
  match(await served.readHead(), /^GET \/x HTTP\/1.1\r\nHost: h\r\n/);
  for (const byte of OK) await served.write(byte);
  equal(await client.read(OK.length), OK);
  await client.write(GET.slice(10));
  match(await served.readHead(), /^GET \/x HTTP\/1.1\r\nHost: h\r\n/);
});

Deno.test("exchange() serves HTTP/1.0, with and without keep-alive", async () => {
  const old = GET.replace("HTTP/1.1", "HTTP/1.0");
  const kept = old.replace("\r\n\r\n", "\r\nConnection: keep-alive\r\n\r\n");
  const data = "7\r\nchunked\r\n0\r\nA: b\r\n\r\n";
  const rows: [string, string, string][] = [
    [old, OK, "Content-Length: 2\r\nConnection: close\r\n\r\nok"],
    [kept, OK, "Content-Length: 2\r\nConnection: keep-alive\r\n\r\nok"],
    [
      kept,
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${data}`,
      "Connection: close\r\n\r\nchunked",
    ],
    [old, "HTTP/1.1 200 OK\r\n\r\nuntil the end", "Connection: close\r\n\r\nuntil the end"],
    [kept, "HTTP/1.0 200 OK\r\n\r\nuntil the end", "Connection: close\r\n\r\nuntil the end"],
    [
      old,
      `HTTP/1.1 103 Early\r\nLink: a\r\n\r\n${OK}`,
      "Content-Length: 2\r\nConnection: close\r\n\r\nok",
    ],
  ];
  for (const [request, answer, expected] of rows) {
    await using stage = openStage();
    const { client, served, head } = await begin(stage, request);
    match(head, /^GET \/x HTTP\/1.1\r\n/);
    await served.write(answer);
    if (answer.includes("until the end")) served.close();
    const whole = `HTTP/1.1 200 OK\r\n${expected}`;
    if (expected.includes("keep-alive")) {
      equal(await client.read(whole.length), whole);
      await client.write(old);
      await served.readHead();
    } else {
      equal(await client.readAll(), whole);
    }
  }
});

Deno.test("exchange() forwards responses without a body", async () => {
  const rows: [string, string][] = [
    ["HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"],
    ["HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"],
    ["HEAD", "HTTP/1.1 200 OK\r\nA: b\r\n\r\n"],
    ["GET", "HTTP/1.1 204 No Content\r\nA: b\r\n\r\n"],
    ["GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"],
    ["GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"],
  ];
  await using stage = openStage();
  const { client, served } = await begin(stage, GET);
  await served.write(OK);
  await client.read(OK.length);
  for (const [method, answer] of rows) {
    await client.write(`${method} /app/x HTTP/1.1\r\nHost: h\r\n\r\n`);
    await served.readHead();
    await served.write(answer);
    equal(await client.readHead(), answer);
  }
  equal(stage.backend.opened, 1);
});

Deno.test("exchange() forwards interim responses as they arrive", async () => {
  await using stage = openStage();
  const { client, served, head } = await begin(
    stage,
    "PUT /app/x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n",
  );
  match(head, /\r\nExpect: 100-continue\r\n/);
  const early = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
  await served.write(early);
  equal(await client.readHead(), early);
  const go = "HTTP/1.1 100 Continue\r\n\r\n";
  await served.write(go);
  equal(await client.readHead(), go);
  await client.write("body");
  equal(await served.read(4), "body");
  await served.write(early + OK);
  equal(await client.read(early.length + OK.length), early + OK);
  await client.write(GET);
  match(await served.readHead(), /^GET \/x /);
});

Deno.test("exchange() forwards a response that does not wait for the request body", async () => {
  await using stage = openStage();
  const { client, served } = await begin(
    stage,
    "PUT /app/x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n",
  );
  await served.write("HTTP/1.1 417 No\r\nContent-Length: 2\r\n\r\nno");
  equal(
    await client.readAll(),
    "HTTP/1.1 417 No\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno",
  );
  equal(await served.readAll(), "", "the function's connection is not used again");
});

Deno.test("exchange() drops hop-by-hop fields of the response", async () => {
  await using stage = openStage();
  const { client, served } = await begin(stage, GET);
  await served.write(
    "HTTP/1.1 200 OK\r\nConnection: close, X-Hop\r\nKeep-Alive: timeout=1\r\nX-Hop: 1\r\n" +
      "Content-Length: 2\r\n\r\nok",
  );
  equal(await client.read(OK.length), OK);
  equal(await served.readAll(), "", "the proxy closes as it was told");
  await client.write(GET);
  const next = await stage.backend.accept();
  await next.readHead();
  await next.write(OK);
  equal(await client.read(OK.length), OK);
});

Deno.test("exchange() adds Via to final responses and to 101, not to other interim ones", async () => {
  await using stage = openStage({}, { via: true });
  const { client, served, head } = await begin(stage, GET);
  match(head, /\r\nVia: 1.1 ddsrv\r\nX-Forwarded-For: /);
  const interim = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
  await served.write(`${interim}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`);
  const answer = `${interim}HTTP/1.1 200 OK\r\nContent-Length: 2\r\nVia: 1.1 ddsrv\r\n\r\nok`;
  equal(await client.read(answer.length), answer);
  await client.write(GET.replace("Host: h", "Host: h\r\nConnection: Upgrade\r\nUpgrade: x"));
  await served.readHead();
  await served.write("HTTP/1.1 101 S\r\nUpgrade: x\r\n\r\n");
  equal(
    await client.readHead(),
    "HTTP/1.1 101 S\r\nUpgrade: x\r\nVia: 1.1 ddsrv\r\nConnection: Upgrade\r\n\r\n",
  );
});
