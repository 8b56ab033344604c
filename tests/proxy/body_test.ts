import { equal, match, ok } from "node:assert/strict";
import { begin, bytesOf, GET, OK, openStage, type Peer } from "./harness.ts";

const MB = 1024 * 1024;
const POST_CHUNKED = "POST /app/x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
const CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

/** Text in which a lost or moved piece shows. */
function patternOf(length: number): string {
  let text = "";
  for (let index = 0; text.length < length; index++) text += `${index}\xff\r\n`;
  return text.slice(0, length);
}

/** Writes everything; `isStalled` resolves when writing makes no progress for a while. */
function flood(peer: Peer, total: number) {
  const piece = bytesOf(patternOf(64 * 1024));
  const stalled = Promise.withResolvers<number>();
  let sent = 0;
  async function run(): Promise<void> {
    while (sent < total) {
      const timer = setTimeout(() => stalled.resolve(sent), 300);
      await peer.write(piece);
      clearTimeout(timer);
      sent += piece.length;
    }
    stalled.resolve(sent);
  }
  return { done: run(), stalled: stalled.promise };
}

Deno.test("BodyReader forwards chunks and trailers unchanged, both ways", async () => {
  const bodies = [
    "0\r\n\r\n",
    "5;ext=1\r\nhello\r\n00003\r\n\r\n\r\r\n0\r\n\r\n",
    "1\r\nx\r\n0;last\r\nETag: a\r\nX-Sum: 1\r\n\r\n",
  ];
  await using stage = openStage();
  const { client, served } = await begin(stage, GET);
  await served.write(OK);
  await client.read(OK.length);
  for (const body of bodies) {
    await client.write(POST_CHUNKED + body);
    match(await served.readHead(), /\r\nTransfer-Encoding: chunked\r\n/);
    equal(await served.read(body.length), body);
    await served.write(CHUNKED + body);
    equal(await client.read(CHUNKED.length + body.length), CHUNKED + body);
  }
  const body = bodies[1]!;
  await client.write(POST_CHUNKED);
  await served.readHead();
  for (const byte of body) {
    await client.write(byte);
    equal(await served.read(1), byte);
  }
  await served.write(CHUNKED);
  equal(await client.readHead(), CHUNKED);
  for (const byte of body) {
    await served.write(byte);
    equal(await client.read(1), byte);
  }
  await client.write(GET);
  await served.readHead();
  equal(stage.backend.opened, 1);
});

Deno.test("BodyReader forwards large bodies, both ways", async () => {
  const data = patternOf(3 * MB);
  const hex = data.length.toString(16);
  const chunked = `${hex}\r\n${data}\r\n0\r\n\r\n`;
  await using stage = openStage();
  const client = await stage.connect();
  let served: Peer | undefined;
  for (
    const [field, body] of [
      [`Content-Length: ${data.length}`, data],
      ["Transfer-Encoding: chunked", chunked],
    ] as const
  ) {
    const sending = client.write(`POST /app/x HTTP/1.1\r\nHost: h\r\n${field}\r\n\r\n${body}`);
    served ??= await stage.backend.accept();
    match(await served.readHead(), /^POST/);
    ok(await served.read(body.length) === body, "uploaded as sent");
    await sending;
    const answering = served.write(`HTTP/1.1 200 OK\r\n${field}\r\n\r\n${body}`);
    await client.readHead();
    ok(await client.read(body.length) === body, "downloaded as sent");
    await answering;
  }
  await client.write(GET);
  await served!.readHead();
});

Deno.test("BodyReader reads a response only as fast as the client", async () => {
  await using stage = openStage();
  const { client, served } = await begin(stage, GET);
  const total = 96 * MB;
  const head = `HTTP/1.1 200 OK\r\nContent-Length: ${total}\r\n\r\n`;
  await served.write(head);
  const { done, stalled } = flood(served, total);
  const sent = await stalled;
  ok(sent < total, "the function could write all of it to a client that does not read");
  await client.readHead();
  for (let left = total; left > 0; left -= MB) await client.read(MB);
  await done;
  await client.write(GET);
  await served.readHead();
});

Deno.test("BodyReader reads a request only as fast as the function", async () => {
  await using stage = openStage();
  const total = 96 * MB;
  const { client, served } = await begin(
    stage,
    `POST /app/x HTTP/1.1\r\nHost: h\r\nContent-Length: ${total}\r\n\r\n`,
  );
  const { done, stalled } = flood(client, total);
  const sent = await stalled;
  ok(sent < total, "the client could write all of it to a function that does not read");
  for (let left = total; left > 0; left -= MB) await served.read(MB);
  await done;
  await served.write(OK);
  equal(await client.read(OK.length), OK);
});

Deno.test("BodyReader adds chunked coding to a response that ends with its connection", async () => {
  await using stage = openStage();
  const { client, served } = await begin(stage, GET);
  await served.write("HTTP/1.1 200 OK\r\nA: b\r\n\r\nfirst");
  equal(
    await client.readUntil("first\r\n"),
    "HTTP/1.1 200 OK\r\nA: b\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n",
  );
  await served.write("second piece here");
  equal(await client.readUntil("here\r\n"), "11\r\nsecond piece here\r\n");
  served.close();
  equal(await client.read(5), "0\r\n\r\n");
  await client.write(GET);
  await (await stage.backend.accept()).readHead();
});

Deno.test("BodyReader does not complete a response that was cut short", async () => {
  const rows: [string, string][] = [
    ["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfour", "four"],
    [`${CHUNKED}5\r\nfour`, "5\r\nfour"],
    [`${CHUNKED}4\r\nfour\r\n`, "4\r\nfour\r\n"],
    [`${CHUNKED}4\r\nfour\r\n0\r\n`, "4\r\nfour\r\n0\r\n"],
    [`${CHUNKED}4\r\nfour\r\n0\r\nA: b\r\n`, "4\r\nfour\r\n0\r\nA: b\r\n"],
    // Malformed from here on: the proxy has sent the part before, and sends no more.
    [`${CHUNKED}4\r\nfour\r\nX\r\n0\r\n\r\n`, "4\r\nfour\r\n"],
    [`${CHUNKED}4\r\nfours\r\n0\r\n\r\n`, "4\r\nfour"],
    [`${CHUNKED}0\r\n\rX`, "0\r\n\r"],
    [`${CHUNKED}0\r\nHost: h\r\n\r\n`, "0\r\nHost"],
  ];
  for (const [answer, body] of rows) {
    await using stage = openStage();
    const { client, served } = await begin(stage, GET);
    await served.write(answer);
    await served.closeWrite();
    const got = await client.readAll();
    equal(got.slice(got.indexOf("\r\n\r\n") + 4), body, answer);
    equal(await served.readAll(), "");
  }
});

Deno.test("BodyReader does not complete a response when its function is stopped", async () => {
  await using stage = openStage();
  const { client, served } = await begin(stage, GET);
  await served.write("HTTP/1.1 200 OK\r\n\r\n");
  // Enough to stall: the proxy waits for the client when the connection closes.
  const { done, stalled } = flood(served, 96 * MB);
  const broken = done.catch(() => "broken");
  await stalled;
  stage.upstream.close();
  const got = await client.readAll();
  equal(await broken, "broken");
  ok(!got.endsWith("\r\n0\r\n\r\n"), "an answer that was cut short came with its last chunk");
});

Deno.test("BodyReader rejects a malformed request body and never completes it", async () => {
  const rows = [
    "5\r\nhelloX",
    "zz\r\n",
    "5\r\nhello0\r\n\r\nGET /app/smuggled HTTP/1.1\r\nHost: h\r\n\r\n",
    "0\r\n\rXGET /app/smuggled HTTP/1.1\r\nHost: h\r\n\r\n",
    "1\nx\r\n0\r\n\r\n",
    "0\r\nContent-Length: 3\r\n\r\n",
  ];
  for (const body of rows) {
    for (const isApart of [true, false]) {
      await using stage = openStage();
      const request = isApart ? POST_CHUNKED : POST_CHUNKED + body;
      const { client, served } = await begin(stage, request);
      if (isApart) await client.write(body);
      const seen = await served.readAll();
      ok(!seen.endsWith("0\r\n\r\n"), body);
      const answer = await client.readUntil("Bad request");
      match(answer, /^HTTP\/1.1 400 .*\r\nconnection: close\r\n/s, body);
      await client.closeWrite();
      equal((await client.readAll()).includes("HTTP/1.1"), false, body);
      equal(stage.backend.opened, 1, body);
    }
  }
});

Deno.test("BodyReader ends the function's request when the client disconnects", async () => {
  const rows = [
    "POST /app/x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhell",
    `${POST_CHUNKED}5\r\nhello\r\n0\r\n`,
  ];
  for (const request of rows) {
    await using stage = openStage();
    const { client, served } = await begin(stage, request);
    client.close();
    ok(request.endsWith(await served.readAll()));
    await stage.upstream.drained();
  }
});
