import { deepEqual, equal, match } from "node:assert/strict";
import {
  encodeFrame,
  encodeNumbers,
  encodeSettings,
  ErrorCode,
  Flag,
  FrameType,
  Setting,
} from "../../../lib/proxy/http2/frames.ts";
import type { Field } from "../../../lib/proxy/http2/static_table.ts";
import { PAIRS } from "../certificates.ts";
import { eventually } from "../../patience.ts";
import { bytesOf, OK, openStage, type Peer, type Stage } from "../harness.ts";
import { connectHttp2, getOf, headersOf, postOf, type RawClient } from "./raw_client.ts";

const SWITCHED = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n" +
  "Connection: Upgrade\r\n\r\n";

const CONNECT: readonly Field[] = [
  [":method", "CONNECT"],
  [":protocol", "websocket"],
  ...getOf("/app/ws").slice(1),
];

async function open(): Promise<{ stage: Stage; client: RawClient } & AsyncDisposable> {
  const stage = openStage({}, { tls: PAIRS.one, http2: true });
  const client = await connectHttp2(stage.proxy.port);
  await client.greet();
  return {
    stage,
    client,
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await stage[Symbol.asyncDispose]();
    },
  };
}

/** Sends the first request, and returns the function's end of it, which has read the head. */
async function begin(
  { stage, client }: { readonly stage: Stage; readonly client: RawClient },
  fields: readonly Field[],
  options: { readonly isOpen?: boolean } = {},
): Promise<Peer> {
  await client.request(1, fields, options);
  const served = await stage.backend.accept();
  await served.readHead();
  return served;
}

Deno.test("Proxy.drain() answers requests in flight, whatever a client sends on refused streams", async () => {
  await using both = await open();
  const { stage, client } = both;
  const served = await begin(both, getOf());
  const drained = stage.proxy.drain();
  await client.next(FrameType.Goaway);
  // A client sends them before it has read GOAWAY.
  await client.write(
    headersOf(3, postOf(), { isOpen: true }),
    encodeFrame(FrameType.Data, bytesOf("body"), { stream: 3, flags: Flag.EndStream }),
    headersOf(5, postOf(), { isOpen: true }),
    encodeFrame(FrameType.WindowUpdate, encodeNumbers(1), { stream: 5 }),
    encodeFrame(FrameType.RstStream, encodeNumbers(ErrorCode.Cancel), { stream: 5 }),
    encodeFrame(FrameType.Ping, new Uint8Array(8)),
  );
  await client.next(FrameType.Ping);
  await served.write(OK);
  equal((await client.response(1)).body, "ok");
  await drained;
});

Deno.test("openProxy() ends a WebSocket whose client has ended it with its request", async () => {
  await using both = await open();
  const { client } = both;
  const served = await begin(both, CONNECT);
  await served.write(SWITCHED);
  deepEqual((await client.next(FrameType.Headers, 1)).fields, [[":status", "200"]]);
  equal(await served.readAll(), "");
  await served.write("bye");
  await served.closeWrite();
  equal((await client.next(FrameType.Data, 1)).text, "bye");
});

Deno.test("openProxy() ends a WebSocket that its client has ended and then resets", async () => {
  await using both = await open();
  const { stage, client } = both;
  const served = await begin(both, CONNECT, { isOpen: true });
  await served.write(SWITCHED);
  await client.next(FrameType.Headers, 1);
  await client.data(1, "", { isLast: true });
  equal(await served.readAll(), "");
  await client.write(
    encodeFrame(FrameType.RstStream, encodeNumbers(ErrorCode.Cancel), { stream: 1 }),
  );
  await eventually("its end", () => stage.upstream.inFlight === 0);
});

Deno.test("openProxy() sends nothing on a stream after its reset", async () => {
  await using both = await open();
  const { client } = both;
  const served = await begin(both, CONNECT, { isOpen: true });
  await served.write(`${SWITCHED}hello`);
  equal((await client.next(FrameType.Data, 1)).text, "hello");
  await client.write(encodeFrame(FrameType.WindowUpdate, encodeNumbers(0), { stream: 1 }));
  equal((await client.next(FrameType.RstStream, 1)).code, ErrorCode.ProtocolError);
  await served.readAll();
  await served.closeWrite();
  await client.request(3, getOf("/none"));
  for (;;) {
    const frame = await client.read();
    equal(frame?.stream, 3);
    if ((frame!.flags & Flag.EndStream) !== 0) return;
  }
});

Deno.test("openProxy() keeps what a client sends before its WebSocket is open", async () => {
  await using both = await open();
  const { stage, client } = both;
  await client.request(1, CONNECT, { isOpen: true });
  await client.data(1, "GET /app/evil HTTP/1.1\r\nHost: h\r\n\r\n");
  const served = await stage.backend.accept();
  match(await served.readHead(), /^GET \/ws /);
  // The function does not upgrade, so these bytes are of no use, and no request.
  await served.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
  equal((await client.response(1)).fields[0]![1], "403");
  equal(await served.readAll(), "");
  await client.request(3, CONNECT, { isOpen: true });
  await client.data(3, "early");
  const other = await stage.backend.accept();
  await other.readHead();
  await other.write(SWITCHED);
  equal(await other.read(5), "early");
  equal(stage.backend.opened, 2);
});

Deno.test("openProxy() does not offer h2c to a function", async () => {
  await using both = await open();
  const { stage, client } = both;
  const fields = CONNECT.map(([name, value]) =>
    [name, name === ":protocol" ? "h2c" : value] as const
  );
  await client.request(1, [...fields, ["http2-settings", "AAMAAABk"]], { isOpen: true });
  const served = await stage.backend.accept();
  const head = await served.readHead();
  equal(/upgrade/i.test(head), false, head);
  await served.write(
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
  );
  equal((await client.response(1)).fields[0]![1], "502");
});

Deno.test("openProxy() refuses responses that HTTP/2 would show in another way", async (test) => {
  const answers: Readonly<Record<string, readonly [answer: string, status: string]>> = {
    "a line end in a value": ["HTTP/1.1 200 OK\r\nX: a\nY: b\r\n\r\n", "502"],
    "a name with a space": ["HTTP/1.1 200 OK\r\nX : a\r\n\r\n", "502"],
    "a folded value": ["HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n", "502"],
    "a pseudo-field": ["HTTP/1.1 200 OK\r\n:status: 201\r\n\r\n", "502"],
    "101 that nobody asked for": [SWITCHED, "502"],
    "two lengths": ["HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "502"],
    "204 with a body": ["HTTP/1.1 204 No Content\r\n\r\nab", "204"],
    "304 with a length": ["HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\nab", "304"],
  };
  for (const [name, [answer, status]] of Object.entries(answers)) {
    await test.step(name, async () => {
      await using both = await open();
      const { client } = both;
      const served = await begin(both, getOf());
      await served.write(answer);
      const { fields, body } = await client.response(1);
      equal(fields[0]![1], status);
      if (status !== "502") equal(body, "");
    });
  }
});

Deno.test("openProxy() drops fields of a function that are for one connection", async () => {
  await using both = await open();
  const { client } = both;
  const served = await begin(both, getOf());
  await served.write(
    "HTTP/1.1 200 OK\r\nConnection: X-Own, close\r\nX-Own: 1\r\nProxy-Connection: close\r\n" +
      "Keep-Alive: timeout=1\r\nUpgrade: h2\r\nTE: x\r\nContent-Length: 0\r\n\r\n",
  );
  deepEqual((await client.response(1)).fields, [[":status", "200"], ["content-length", "0"]]);
});

Deno.test("openProxy() resets a stream whose trailers are of one connection", async () => {
  await using both = await open();
  const { client } = both;
  const served = await begin(both, getOf());
  await served.write(
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n",
  );
  equal((await client.next(FrameType.RstStream, 1)).code, ErrorCode.InternalError);
});

Deno.test("openProxy() sends a body in the order of its bytes while windows shrink and grow", async () => {
  await using both = await open();
  const { client } = both;
  const set = (window: number): Uint8Array =>
    encodeFrame(FrameType.Settings, encodeSettings([[Setting.InitialWindowSize, window]]));
  const served = await begin(both, getOf());
  await served.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234");
  equal((await client.next(FrameType.Data, 1)).text, "01234");
  // Five bytes are used, so the window is -5, and then -2.
  await client.write(set(0), encodeFrame(FrameType.Ping, new Uint8Array(8)));
  await client.next(FrameType.Ping);
  await served.write("56789");
  await client.write(
    encodeFrame(FrameType.WindowUpdate, encodeNumbers(3), { stream: 1 }),
    encodeFrame(FrameType.Ping, new Uint8Array(8)),
  );
  equal((await client.next(FrameType.Ping)).type, FrameType.Ping);
  await client.write(encodeFrame(FrameType.WindowUpdate, encodeNumbers(3), { stream: 1 }));
  equal((await client.next(FrameType.Data, 1)).text, "5");
  await client.write(set(100));
  const last = await client.next(FrameType.Data, 1);
  deepEqual([last.text, last.flags], ["6789", Flag.EndStream]);
});
