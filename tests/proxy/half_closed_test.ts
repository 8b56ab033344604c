import { equal, match } from "node:assert/strict";
import type { Client } from "../../lib/proxy/context.ts";
import { watchHalfClosed } from "../../lib/proxy/half_closed.ts";
import { peerOf } from "../../lib/proxy/peer.ts";
import { RouteTable } from "../../lib/proxy/route_table.ts";
import { contextOf, fakeConnection, lonelyClient } from "./fake_connection.ts";
import { begin, GET, OK, openStage, within } from "./harness.ts";

/** A watched client whose deadline the test lets expire. */
function watched(
  { isHttp10 = false, isAnswered = () => false, write = (text: string) => text.length },
): {
  readonly client: Client;
  readonly sent: readonly string[];
  readonly isGone: () => boolean;
  /** Lets the deadline expire, and returns how long it was. */
  readonly expire: () => Promise<number>;
} {
  const sent: string[] = [];
  const { wire } = fakeConnection((text) => {
    sent.push(text);
    return Promise.resolve().then(() => write(text));
  });
  const peer = peerOf("192.0.2.1", { proto: "http", isTrusted: () => false });
  const client = { wire, peer, ...lonelyClient(), context: contextOf(new RouteTable()) };
  let gone = 0;
  watchHalfClosed(client, { isHttp10, isAnswered, onGone: () => gone++ });
  const { read } = client.deadlines;
  return {
    client,
    sent,
    isGone: () => gone > 0,
    async expire() {
      const { dueAtMs, onExpire } = read;
      read.clear();
      onExpire?.();
      await new Promise((resolve) => setTimeout(resolve));
      return dueAtMs;
    },
  };
}

Deno.test("watchHalfClosed() asks at growing intervals before the response, until a write fails", async () => {
  let isThere = true;
  const { client, sent, expire, isGone } = watched({
    write(text) {
      if (!isThere) throw new Deno.errors.BrokenPipe();
      return text.length;
    },
  });
  for (const waitMs of [1_000, 1_000, 1_000, 2_000, 4_000]) equal(await expire(), waitMs);
  equal(sent.join(""), "HTTP/1.1 100 Continue\r\n\r\n".repeat(5));
  equal(isGone(), false);
  isThere = false;
  await expire();
  equal(isGone(), true);
  equal(client.wire.isBroken, true);
});

Deno.test("watchHalfClosed() sends nothing while a write waits, and nothing behind a part", async () => {
  const { client, sent, expire, isGone } = watched({ write: (text) => text.length - 1 });
  client.deadlines.write.set(1, () => {});
  await expire();
  equal(sent.length, 0);
  client.deadlines.write.clear();
  await expire();
  equal(isGone(), true);
  equal(client.wire.isBroken, true);
});

Deno.test("watchHalfClosed() sends nothing within a response, which may pause for five seconds", async () => {
  for (const options of [{ isAnswered: () => true }, { isHttp10: true }]) {
    const { client, sent, expire, isGone } = watched(options);
    for (let second = 1; second <= 4; second++) equal(await expire(), 1_000);
    equal(isGone(), false);
    client.wire.written += 1;
    for (let second = 1; second <= 5; second++) equal(await expire(), 1_000);
    equal(isGone(), false);
    await expire();
    equal(isGone(), true);
    equal(sent.length, 0);
  }
});

Deno.test("serveClient() answers a client that shuts down its sending side after whole requests", async () => {
  const post = "POST /app/x HTTP/1.1\r\nHost: h\r\n";
  const rows: [request: string, count: number][] = [
    [GET, 1],
    [GET.replace("1.1", "1.0"), 1],
    [`${post}Content-Length: 4\r\n\r\nbody`, 1],
    [`${post}Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n`, 1],
    [GET + GET, 2],
  ];
  for (const isWaiting of [false, true]) {
    for (const [request, count] of rows) {
      await using stage = openStage();
      if (isWaiting) stage.routes.set("app", { type: "waiting" });
      const client = await stage.connect();
      await client.write(request);
      await client.closeWrite();
      if (isWaiting) {
        // The response of another function shows that the proxy has seen the end.
        const other = await stage.connect();
        await other.write("GET /none HTTP/1.1\r\nHost: h\r\n\r\n");
        await other.readUntil("Function not found");
        stage.routes.set("app", { type: "ready", upstream: stage.upstream });
      }
      const served = await stage.backend.accept();
      for (let index = 0; index < count; index++) {
        match(await served.readHead(), /^(GET|POST) \/x /);
        if (request.includes("body")) await served.readUntil("body");
        if (request.includes("chunked")) await served.readUntil("0\r\n\r\n");
        await served.write(OK);
      }
      const got = await client.readAll();
      equal(got.replaceAll(/Connection: \S+\r\n/g, ""), OK.repeat(count), request);
    }
  }
});

Deno.test("serveClient() answers a half-closed client after a long time with interim responses", async () => {
  await using stage = openStage();
  const { client, served } = await begin(stage, GET);
  await client.closeWrite();
  equal(await client.readHead(), "HTTP/1.1 100 Continue\r\n\r\n");
  await served.write(OK);
  equal(await client.readAll(), OK);
});

Deno.test("serveClient() drops a client that shuts down its sending side within a request", async () => {
  await using stage = openStage();
  const { client, served } = await begin(
    stage,
    "POST /app/x HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nbody",
  );
  await client.closeWrite();
  equal(await served.readAll(), "body");
  equal(await client.readAll(), "");
  await within(stage.upstream.drained(), "the exchange to end");
});
