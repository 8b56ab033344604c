import { deepEqual, equal, match } from "node:assert/strict";
import type { AccessRecord } from "../../../lib/proxy/access_log.ts";
import {
  encodeFrame,
  encodeNumbers,
  ErrorCode,
  Flag,
  FrameType,
  Setting,
} from "../../../lib/proxy/http2/frames.ts";
import type { ProxyOptions } from "../../../lib/proxy/proxy.ts";
import { createUpstream } from "../../../lib/proxy/upstream.ts";
import { eventually } from "../../patience.ts";
import { PAIRS } from "../certificates.ts";
import { GET, OK, openStage, type Stage, within } from "../harness.ts";
import { connectHttp2, getOf, postOf, type RawClient } from "./raw_client.ts";

const { one } = PAIRS;

function openHttp2Stage(
  limits: ProxyOptions["limits"] = {},
  options: Partial<ProxyOptions> = {},
): Stage {
  return openStage(limits, { tls: one, http2: true, ...options });
}

async function greeted(
  stage: Stage,
  settings: Parameters<RawClient["greet"]>[0] = [],
): Promise<RawClient> {
  const client = await connectHttp2(stage.proxy.port);
  await client.greet(settings);
  return client;
}

Deno.test("openProxy() offers HTTP/2 and HTTP/1.1, and serves what the client chooses", async () => {
  await using stage = openHttp2Stage();
  const offer = async (alpnProtocols: string[]): Promise<string | null> => {
    const address = { hostname: "localhost", port: stage.proxy.port, caCerts: [one.authority] };
    using connection = await Deno.connectTls({ ...address, alpnProtocols });
    return (await connection.handshake()).alpnProtocol;
  };
  equal(await offer(["http/1.1", "h2"]), "h2");
  equal(await offer(["http/1.1"]), "http/1.1");
  equal(await offer([]), null);
  const old = await stage.connect(one.authority);
  await old.write(GET);
  const served = await stage.backend.accept();
  await served.readHead();
  await served.write(OK);
  equal(await old.readUntil("ok"), OK);
  // A preface without the negotiation is a request of a version that nobody speaks here.
  const wrong = await stage.connect(one.authority);
  await wrong.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  match(await wrong.readHead(), /^HTTP\/1\.1 505 /);
});

Deno.test("openProxy() forwards a request of HTTP/2 like one of HTTP/1.1, and logs it", async () => {
  const records: AccessRecord[] = [];
  await using stage = openHttp2Stage({}, {
    via: true,
    onAccess: (record) => records.push(record),
  });
  using client = await greeted(stage);
  await client.request(
    1,
    getOf("/app/x?y", [
      ["cookie", "a=1"],
      ["x-forwarded-for", "192.0.2.7"],
      ["te", "trailers"],
      ["cookie", "b=2"],
    ]),
  );
  const served = await stage.backend.accept();
  const head = await served.readHead();
  const id = /X-Request-Id: (.*)\r/.exec(head)![1]!;
  equal(
    head.replace(/(Client-Address: 127.0.0.1):\d+/, "$1"),
    "GET /x?y HTTP/1.1\r\nhost: h\r\ncookie: a=1; b=2\r\nVia: 2.0 ddsrv\r\n" +
      "X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Host: h\r\nX-Forwarded-Proto: https\r\n" +
      "X-Forwarded-Prefix: /app\r\nX-Deno-Client-Address: 127.0.0.1\r\n" +
      `X-Request-Id: ${id}\r\n\r\n`,
  );
  await served.write(
    "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" +
      "HTTP/1.1 200 OK\r\nSet-Cookie: a\r\nX-Own: V\r\nKeep-Alive: timeout=5\r\n" +
      "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX-After: t\r\n\r\n",
  );
  deepEqual((await client.next(FrameType.Headers, 1)).fields, [[":status", "103"], [
    "link",
    "</a>",
  ]]);
  const { fields, body, trailers } = await client.response(1);
  deepEqual(fields, [
    [":status", "200"],
    ["set-cookie", "a"],
    ["x-own", "V"],
    ["via", "1.1 ddsrv"],
  ]);
  equal(body, "abcde");
  deepEqual(trailers, [["x-after", "t"]]);
  await eventually("its record", () => records.length === 1);
  const { method, target, protocol, host, status, requestId } = records[0]!;
  deepEqual([method, target, protocol, host, status, requestId], [
    ...["GET", "/app/x?y", "HTTP/2.0", "h", 200, id],
  ]);
});

Deno.test("openProxy() forwards bodies of HTTP/2 with a length, with chunks and with trailers", async () => {
  await using stage = openHttp2Stage();
  using client = await greeted(stage);
  await client.request(1, postOf([["content-length", "5"]]), { isOpen: true });
  const served = await stage.backend.accept();
  match(await served.readHead(), /\r\ncontent-length: 5\r\n/);
  await client.data(1, "hel");
  equal(await served.read(3), "hel");
  await client.data(1, "lo", { isLast: true });
  equal(await served.read(2), "lo");
  await served.write(OK);
  equal((await client.response(1)).body, "ok");
  await client.request(3, postOf(), { isOpen: true });
  match(await served.readHead(), /\r\ntransfer-encoding: chunked\r\n/);
  await client.data(3, "abc");
  equal(await served.read(8), "3\r\nabc\r\n");
  const trailers = encodeFrame(FrameType.Headers, new Uint8Array([0, 1, 0x78, 1, 0x31]), {
    stream: 3,
    flags: Flag.EndHeaders | Flag.EndStream,
  });
  await client.write(trailers);
  equal(await served.readUntil("\r\n\r\n"), "0\r\nx: 1\r\n\r\n");
  await served.write("HTTP/1.1 204 No Content\r\n\r\n");
  deepEqual((await client.response(3)).fields, [[":status", "204"]]);
});

Deno.test("openProxy() answers requests of one connection in any order, HEAD and errors too", async () => {
  await using stage = openHttp2Stage();
  using client = await greeted(stage);
  await client.request(1, getOf("/app/slow"));
  const slow = await stage.backend.accept();
  await slow.readHead();
  await client.request(3, [[":method", "HEAD"], ...getOf().slice(1)]);
  const quick = await stage.backend.accept();
  await quick.readHead();
  await quick.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
  deepEqual(await client.response(3), {
    fields: [[":status", "200"], ["content-length", "9"]],
    body: "",
    trailers: [],
  });
  await client.request(5, getOf("/none"));
  const missing = await client.response(5);
  deepEqual(missing.fields[0], [":status", "404"]);
  match(missing.body, /not found/);
  await slow.write(OK);
  equal((await client.response(1)).body, "ok");
});

Deno.test("openProxy() sends events at once, as far as the client's windows allow", async () => {
  await using stage = openHttp2Stage();
  using client = await greeted(stage, [[Setting.InitialWindowSize, 4]]);
  await client.request(1, getOf());
  const served = await stage.backend.accept();
  await served.readHead();
  await served.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  await client.next(FrameType.Headers, 1);
  await served.write("3\r\none\r\n");
  equal((await client.next(FrameType.Data, 1)).text, "one");
  await served.write("4\r\ntwo!\r\n");
  equal((await client.next(FrameType.Data, 1)).text, "t");
  await client.write(encodeFrame(FrameType.WindowUpdate, encodeNumbers(2), { stream: 1 }));
  equal((await client.next(FrameType.Data, 1)).text, "wo");
  // The window of further streams, which changes that of open ones, too (RFC 9113, 6.9.2).
  const settings = new Uint8Array([0, Setting.InitialWindowSize, 0, 0, 1, 0]);
  await client.write(encodeFrame(FrameType.Settings, settings));
  equal((await client.next(FrameType.Data, 1)).text, "!");
  await served.write("0\r\n\r\n");
  equal((await client.next(FrameType.Data, 1)).flags, Flag.EndStream);
});

Deno.test("openProxy() takes a limited part of a body that the function does not read", async () => {
  await using stage = openHttp2Stage();
  using client = await greeted(stage);
  await client.request(1, postOf(), { isOpen: true });
  const served = await stage.backend.accept();
  await served.readHead();
  const piece = "x".repeat(16 * 1024);
  let sent = 0;
  for (; sent < 16; sent++) await client.data(1, piece);
  // More than a window without a WINDOW_UPDATE is an error; the kernel's buffers take some more.
  for (let more = 0; more < 512; more++) await client.data(1, piece).catch(() => {});
  const { code } = await client.next(FrameType.RstStream, 1);
  equal(code, ErrorCode.FlowControlError);
});

Deno.test("openProxy() ends a request whose client resets it, and logs 499", async () => {
  const records: AccessRecord[] = [];
  await using stage = openHttp2Stage({}, { onAccess: (record) => records.push(record) });
  using client = await greeted(stage);
  await client.request(1, getOf());
  const served = await stage.backend.accept();
  await served.readHead();
  const cancel = encodeNumbers(ErrorCode.Cancel);
  await client.write(encodeFrame(FrameType.RstStream, cancel, { stream: 1 }));
  equal(await served.readAll(), "");
  await eventually("its record", () => records.length === 1);
  deepEqual([records[0]!.status, records[0]!.error], [499, "client-closed"]);
  await client.request(3, getOf("/none"));
  deepEqual((await client.response(3)).fields[0], [":status", "404"]);
});

Deno.test("openProxy() resets a stream whose response is cut, and keeps the connection", async () => {
  await using stage = openHttp2Stage();
  using client = await greeted(stage);
  await client.request(1, getOf());
  const served = await stage.backend.accept();
  await served.readHead();
  await served.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
  equal((await client.next(FrameType.Data, 1)).text, "abc");
  served.close();
  equal((await client.next(FrameType.RstStream, 1)).code, ErrorCode.InternalError);
  await client.request(3, getOf("/none"));
  deepEqual((await client.response(3)).fields[0], [":status", "404"]);
});

Deno.test("openProxy() answers before a body is complete, and stops it without an error", async () => {
  await using stage = openHttp2Stage();
  using client = await greeted(stage);
  await client.request(1, [[":method", "POST"], ...getOf("/none").slice(1)], { isOpen: true });
  deepEqual((await client.response(1)).fields[0], [":status", "404"]);
  equal((await client.next(FrameType.RstStream, 1)).code, ErrorCode.NoError);
});

Deno.test("openProxy() logs a malformed request of HTTP/2 like one of HTTP/1.1", async () => {
  const records: AccessRecord[] = [];
  await using stage = openHttp2Stage({}, { onAccess: (record) => records.push(record) });
  using client = await greeted(stage);
  await client.request(1, getOf("/app/x", [["connection", "close"]]));
  equal((await client.next(FrameType.RstStream, 1)).code, ErrorCode.ProtocolError);
  const old = await stage.connect(one.authority);
  await old.write("GET /app HTTP/1.1\r\n\r\n");
  match(await old.readHead(), /^HTTP\/1\.1 400 /);
  await eventually("both records", () => records.length === 2);
  const [reset, refused] = records.map((record) => ({ ...record, bytes: 0, startedAtMs: 0 }));
  deepEqual(reset, refused);
  deepEqual([reset!.status, reset!.error, records[0]!.bytes], [400, "malformed-request", 0]);
});

Deno.test("openProxy() opens WebSockets on streams (RFC 8441), and refuses in order", async () => {
  const records: AccessRecord[] = [];
  await using stage = openHttp2Stage({}, { onAccess: (record) => records.push(record) });
  const client = await connectHttp2(stage.proxy.port);
  using _client = client;
  const { text } = await client.greet();
  equal(text.includes("\0\x08\0\0\0\x01"), true, "no SETTINGS_ENABLE_CONNECT_PROTOCOL");
  const connect = [
    [":method", "CONNECT"],
    [":protocol", "websocket"],
    ...getOf("/app/ws").slice(1),
    ["sec-websocket-version", "13"],
  ] as const;
  await client.request(1, connect, { isOpen: true });
  const served = await stage.backend.accept();
  const head = await served.readHead();
  match(head, /^GET \/ws HTTP\/1\.1\r\n/);
  match(head, /\r\nsec-websocket-version: 13\r\n/);
  match(
    head,
    /\r\nupgrade: websocket\r\nsec-websocket-key: [\w+/]{22}==\r\nConnection: Upgrade\r\n/,
  );
  const accepted = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n" +
    "Connection: Upgrade\r\nSec-WebSocket-Accept: x\r\nSec-WebSocket-Protocol: chat\r\n\r\n";
  await served.write(`${accepted}hello`);
  deepEqual((await client.next(FrameType.Headers, 1)).fields, [
    [":status", "200"],
    ["sec-websocket-protocol", "chat"],
  ]);
  equal((await client.next(FrameType.Data, 1)).text, "hello");
  await client.data(1, "there");
  equal(await served.read(5), "there");
  await client.data(1, "", { isLast: true });
  equal(await served.readAll(), "");
  await served.closeWrite();
  equal((await client.next(FrameType.Data, 1)).flags, Flag.EndStream);
  // A function that does not upgrade: 2xx would mean that it has.
  for (
    const [stream, answer, status] of [[3, OK, "502"], [
      5,
      "HTTP/1.1 403 No\r\n\r\n",
      "403",
    ]] as const
  ) {
    await client.request(stream, connect, { isOpen: true });
    const other = await stage.backend.accept();
    await other.readHead();
    await other.write(answer);
    await other.closeWrite();
    deepEqual((await client.response(stream)).fields[0], [":status", status]);
  }
  // A tunnel to another server is none of a web server's business.
  await client.request(7, [[":method", "CONNECT"], [":authority", "h:1"]], { isOpen: true });
  deepEqual((await client.response(7)).fields[0], [":status", "501"]);
  // As the client has got them, and with its own method.
  await eventually("all records", () => records.length === 4);
  deepEqual(records.map(({ method, status, error }) => [method, status, error]), [
    ["CONNECT", 200, undefined],
    ["CONNECT", 502, "upstream-failed"],
    ["CONNECT", 403, undefined],
    ["", 501, "method-not-implemented"],
  ]);
});

Deno.test("Proxy.drain() announces the end, answers requests in flight, and refuses further ones", async () => {
  await using stage = openHttp2Stage();
  using client = await greeted(stage);
  using idle = await greeted(stage);
  await client.request(1, getOf());
  const served = await stage.backend.accept();
  await served.readHead();
  const drained = stage.proxy.drain();
  equal((await client.next(FrameType.Goaway)).code, ErrorCode.NoError);
  equal((await idle.farewell()).code, ErrorCode.NoError);
  await client.request(3, getOf());
  await served.write(OK);
  equal((await client.response(1)).body, "ok");
  deepEqual(await client.farewell(), { code: undefined, text: "" });
  await within(drained, "the proxy to drain");
  equal(stage.backend.opened, 1);
});

Deno.test("openProxy() tells a client of HTTP/2 that there are too many connections", async () => {
  await using stage = openHttp2Stage({ maxConnections: 1, maxConnectionsPerPeer: 8 });
  using client = await greeted(stage);
  await client.request(1, getOf());
  const served = await stage.backend.accept();
  await served.readHead();
  using second = await connectHttp2(stage.proxy.port);
  deepEqual(await second.farewell(), { code: ErrorCode.EnhanceYourCalm, text: "" });
});

Deno.test("openProxy() serves fetch over HTTP/2: random bodies, both ways, at the same time", async () => {
  const echo = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    return new Response(request.body === null ? null : await request.bytes());
  });
  await using stage = openHttp2Stage();
  const upstream = createUpstream({ hostname: "127.0.0.1", port: echo.addr.port });
  stage.routes.set("echo", { type: "ready", upstream });
  using client = Deno.createHttpClient({ caCerts: [one.authority], http1: false, http2: true });
  const sizes = [0, 1, 16_383, 16_384, 16_385, 65_535, 65_536, 300_000, 1_500_000];
  await Promise.all([...sizes, ...sizes].map(async (size, index) => {
    const body = new Uint8Array(size).map((_, at) => at * 31 + index);
    const stream = index % 2 === 0 ? body : new Blob([body]).stream();
    const response = await fetch(`https://localhost:${stage.proxy.port}/echo`, {
      client,
      method: "POST",
      body: stream,
    });
    equal(response.status, 200);
    deepEqual(await response.bytes(), body);
  }));
  upstream.close();
  await echo.shutdown();
});
