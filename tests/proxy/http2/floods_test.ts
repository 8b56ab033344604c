import { equal, match } from "node:assert/strict";
import { Buffer } from "node:buffer";
import {
  encodeFrame,
  encodeNumbers,
  ErrorCode,
  Flag,
  FrameType,
  PREFACE,
  Setting,
} from "../../../lib/proxy/http2/frames.ts";
import { eventually } from "../../patience.ts";
import { PAIRS } from "../certificates.ts";
import { bytesOf, openStage } from "../harness.ts";
import { blockOf, connectHttp2, getOf, headersOf, postOf, type RawClient } from "./raw_client.ts";

const NOTHING = new Uint8Array(0);

/** More than any allowance of a connection. */
const MANY = 4_000;

function open(limits: Parameters<typeof openStage>[0] = {}): ReturnType<typeof openStage> {
  return openStage(limits, { tls: PAIRS.one, http2: true });
}

/** Repeats frames, with a number that counts up by two, as the ids of streams do. */
function many(frames: (stream: number) => Uint8Array, count = MANY): Uint8Array {
  return Buffer.concat(Array.from({ length: count }, (_, index) => frames(index * 2 + 1)));
}

const cancel = (stream: number): Uint8Array =>
  encodeFrame(FrameType.RstStream, encodeNumbers(ErrorCode.Cancel), { stream });

const windowUpdate = (stream: number, bytes: number): Uint8Array =>
  encodeFrame(FrameType.WindowUpdate, encodeNumbers(bytes), { stream });

const openRequest = headersOf(1, postOf(), { isOpen: true });
const begun = encodeFrame(FrameType.Headers, blockOf(getOf()), { stream: 1 });

/** Frames that cost a client nothing and a server much. */
const FLOODS: readonly (readonly [name: string, frames: () => Uint8Array])[] = [
  [
    "requests and their resets (CVE-2023-44487)",
    () => many((stream) => Buffer.concat([headersOf(stream, getOf("/none")), cancel(stream)])),
  ],
  [
    "requests that the proxy must reset (CVE-2025-8671)",
    () =>
      many((stream) => Buffer.concat([headersOf(stream, getOf("/none")), windowUpdate(stream, 0)])),
  ],
  ["malformed requests", () => many((stream) => headersOf(stream, [["x", "y"]]))],
  ["SETTINGS (CVE-2019-9515)", () => many(() => encodeFrame(FrameType.Settings, NOTHING))],
  ["PING (CVE-2019-9512)", () => many(() => encodeFrame(FrameType.Ping, new Uint8Array(8)))],
  [
    "PRIORITY (CVE-2019-9513)",
    () => many(() => encodeFrame(FrameType.Priority, new Uint8Array(5), { stream: 3 })),
  ],
  ["WINDOW_UPDATE", () => many(() => windowUpdate(0, 1))],
  ["frames of an unknown type", () => many(() => encodeFrame(99 as FrameType, NOTHING))],
  [
    "empty DATA (CVE-2019-9518)",
    () =>
      Buffer.concat([openRequest, many(() => encodeFrame(FrameType.Data, NOTHING, { stream: 1 }))]),
  ],
  [
    "empty CONTINUATION",
    () =>
      Buffer.concat([
        begun,
        many(() => encodeFrame(FrameType.Continuation, NOTHING, { stream: 1 })),
      ]),
  ],
  ["CONTINUATION without an end (CVE-2024-27316)", () =>
    Buffer.concat([
      begun,
      many(
        () =>
          encodeFrame(FrameType.Continuation, blockOf([["a", "b".repeat(8_000)]]), { stream: 1 }),
        16,
      ),
    ])],
];

for (const [name, frames] of FLOODS) {
  Deno.test(`openProxy() ends a connection of HTTP/2 with too many ${name}`, async () => {
    await using stage = open();
    using client = await connectHttp2(stage.proxy.port);
    await client.greet();
    const sent = client.write(frames()).catch(() => {});
    const { code } = await client.farewell();
    await sent;
    client[Symbol.dispose]();
    // A client that sends on without reading may lose the last frame to a reset of TCP.
    equal(code ?? ErrorCode.EnhanceYourCalm, ErrorCode.EnhanceYourCalm);
    await eventually("its end", () => stage.proxy.connections === 0);
    equal(stage.upstream.inFlight, 0);
    using other = await connectHttp2(stage.proxy.port);
    await other.greet();
    await other.request(1, getOf("/none"));
    equal((await other.response(1)).fields[0]![1], "404");
  });
}

Deno.test("openProxy() answers many requests, cancelled ones and PINGs of a client that works", async () => {
  await using stage = open();
  using client = await connectHttp2(stage.proxy.port);
  await client.greet();
  for (let round = 0, stream = 1; round < 60; round++) {
    const first = stream;
    for (let count = 0; count < 20; count++, stream += 2) {
      await client.request(stream, getOf("/none"));
      await client.write(encodeFrame(FrameType.Ping, new Uint8Array(8)), windowUpdate(0, 65_535));
    }
    await client.request(stream, getOf("/none"));
    await client.write(cancel(stream));
    stream += 2;
    for (let id = first; id < stream - 2; id += 2) await client.next(FrameType.Headers);
  }
});

Deno.test("openProxy() refuses requests of a connection above their limit", async () => {
  await using stage = open();
  using client = await connectHttp2(stage.proxy.port);
  const { text } = await client.greet();
  const limit = 128;
  equal(text.includes(`\0${String.fromCharCode(Setting.MaxConcurrentStreams)}\0\0\0\x80`), true);
  for (let index = 0; index <= limit; index++) await client.request(index * 2 + 1, getOf());
  const refused = await client.next(FrameType.RstStream);
  equal(refused.stream, limit * 2 + 1);
  equal(refused.code, ErrorCode.RefusedStream);
});

Deno.test("openProxy() answers 431 to a header bomb, and keeps none of it", async () => {
  await using stage = open();
  using client = await connectHttp2(stage.proxy.port);
  await client.greet();
  // One entry of the table, almost as large as the table, and thousands of references of one byte.
  const entry = blockOf([["a", "b".repeat(3_900)]]);
  entry[0] = 0x40;
  const bomb = Buffer.concat([blockOf(getOf()), entry, new Uint8Array(10_000).fill(0x80 | 62)]);
  const flags = Flag.EndHeaders | Flag.EndStream;
  await client.write(encodeFrame(FrameType.Headers, bomb, { stream: 1, flags }));
  const { fields, body } = await client.response(1);
  equal(fields[0]![1], "431");
  match(body, /more than 65536 bytes/);
  // The table is still the same on both sides.
  const reference = Buffer.concat([blockOf(getOf("/none")), new Uint8Array([0x80 | 62])]);
  await client.write(encodeFrame(FrameType.Headers, reference, { stream: 3, flags }));
  equal((await client.response(3)).fields[0]![1], "404");
  equal(stage.backend.opened, 0);
});

Deno.test("openProxy() limits fields, targets and bodies of HTTP/2 as it does in HTTP/1.1", async () => {
  await using stage = open({ maxFields: 8, maxTargetBytes: 100, maxBodyBytes: 10 });
  using client = await connectHttp2(stage.proxy.port);
  await client.greet();
  const few = Array.from({ length: 9 }, (_, index) => [`x-${index}`, "v"] as const);
  await client.request(1, getOf("/app", few));
  equal((await client.response(1)).fields[0]![1], "431");
  await client.request(3, getOf(`/app/${"t".repeat(100)}`));
  equal((await client.response(3)).fields[0]![1], "414");
  await client.request(5, postOf([["content-length", "11"]]), { isOpen: true });
  equal((await client.response(5)).fields[0]![1], "413");
  await client.request(7, postOf(), { isOpen: true });
  await client.data(7, "x".repeat(11));
  equal((await client.response(7)).fields[0]![1], "413");
});

Deno.test("openProxy() sends heads that are larger than a frame, of many responses", async () => {
  await using stage = open();
  using client = await connectHttp2(stage.proxy.port);
  await client.greet();
  const count = 64;
  for (let index = 0; index < count; index++) await client.request(index * 2 + 1, getOf());
  const head = `HTTP/1.1 200 OK\r\nX: ${
    "v".repeat(60_000)
  }\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;
  for (let index = 0; index < count; index++) {
    const served = await stage.backend.accept();
    await served.readHead();
    await served.write(head);
  }
  for (let complete = 0; complete < count;) {
    const { flags } = await client.next(FrameType.Continuation);
    if ((flags & Flag.EndHeaders) !== 0) complete++;
  }
});

Deno.test("openProxy() refuses streams whose memory is too much for one address", async () => {
  await using stage = open({ maxPeerBufferBytes: 32 * 1024 });
  using client = await connectHttp2(stage.proxy.port);
  await client.greet();
  for (let stream = 1; stream < 40; stream += 2) await client.request(stream, getOf());
  equal(await firstError(client), ErrorCode.RefusedStream);
});

Deno.test("openProxy() limits the memory of one address over all its streams", async () => {
  await using stage = open({ maxPeerBufferBytes: 512 * 1024 });
  using client = await connectHttp2(stage.proxy.port);
  await client.greet();
  for (let stream = 1; stream < 40; stream += 2) {
    await client.write(headersOf(stream, postOf(), { isOpen: true }));
  }
  const frame = (stream: number): Uint8Array =>
    encodeFrame(FrameType.Data, new Uint8Array(8 * 1024), { stream });
  const sent = (async () => {
    for (let round = 0; round < 31; round++) {
      for (let stream = 1; stream < 40; stream += 2) await client.write(frame(stream));
    }
  })().catch(() => {});
  equal(await firstError(client), ErrorCode.EnhanceYourCalm);
  await sent;
});

/** Errors of the connection itself (RFC 9113). */
const ERRORS: readonly (readonly [name: string, code: ErrorCode, frames: Uint8Array])[] = [
  ["no SETTINGS first", ErrorCode.ProtocolError, NOTHING],
  ["a frame that is too large", ErrorCode.FrameSizeError, bytesOf("\0\x40\x01\0\0\0\0\0\x01")],
  ["DATA without a stream", ErrorCode.ProtocolError, encodeFrame(FrameType.Data, NOTHING)],
  [
    "DATA of a new stream",
    ErrorCode.ProtocolError,
    encodeFrame(FrameType.Data, NOTHING, { stream: 1 }),
  ],
  ["a reset of a new stream", ErrorCode.ProtocolError, cancel(9)],
  ["a request with an even number", ErrorCode.ProtocolError, headersOf(2, getOf())],
  ["a frame within a header block", ErrorCode.ProtocolError, Buffer.concat([begun, cancel(1)])],
  [
    "CONTINUATION of another stream",
    ErrorCode.ProtocolError,
    Buffer.concat([begun, encodeFrame(FrameType.Continuation, NOTHING, { stream: 3 })]),
  ],
  [
    "CONTINUATION without HEADERS",
    ErrorCode.ProtocolError,
    encodeFrame(FrameType.Continuation, NOTHING, { stream: 1 }),
  ],
  [
    "PUSH_PROMISE",
    ErrorCode.ProtocolError,
    encodeFrame(FrameType.PushPromise, new Uint8Array(4), { stream: 1 }),
  ],
  [
    "PING of a wrong length",
    ErrorCode.FrameSizeError,
    encodeFrame(FrameType.Ping, new Uint8Array(7)),
  ],
  [
    "PING of a stream",
    ErrorCode.ProtocolError,
    encodeFrame(FrameType.Ping, new Uint8Array(8), { stream: 1 }),
  ],
  [
    "SETTINGS of a wrong length",
    ErrorCode.FrameSizeError,
    encodeFrame(FrameType.Settings, new Uint8Array(5)),
  ],
  [
    "an initial window that is too large",
    ErrorCode.FlowControlError,
    encodeFrame(FrameType.Settings, new Uint8Array([0, 4, 0x80, 0, 0, 0])),
  ],
  ["a window that is too large", ErrorCode.FlowControlError, windowUpdate(0, 2 ** 31 - 1)],
  ["a window of nothing", ErrorCode.ProtocolError, windowUpdate(0, 0)],
  [
    "an index outside of the tables",
    ErrorCode.CompressionError,
    encodeFrame(FrameType.Headers, new Uint8Array([0xff, 0xff, 0x03]), {
      stream: 1,
      flags: Flag.EndHeaders,
    }),
  ],
  [
    "more padding than payload",
    ErrorCode.ProtocolError,
    encodeFrame(FrameType.Headers, new Uint8Array([9, 1]), { stream: 1, flags: Flag.Padded }),
  ],
];

Deno.test("openProxy() names the error that ends a connection of HTTP/2", async (test) => {
  await using stage = open();
  for (const [name, expected, frames] of ERRORS) {
    await test.step(name, async () => {
      using client = await connectHttp2(stage.proxy.port);
      if (frames.length === 0) {
        await client.write(PREFACE, encodeFrame(FrameType.Ping, new Uint8Array(8)));
      } else {
        await client.greet();
        await client.write(frames);
      }
      const { code, text } = await client.farewell();
      equal(ErrorCode[code!], ErrorCode[expected], text);
    });
  }
  await test.step("no preface", async () => {
    using client = await connectHttp2(stage.proxy.port);
    await client.write(bytesOf("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
    equal((await client.farewell()).code, ErrorCode.ProtocolError);
  });
  equal(stage.backend.opened, 0);
});

/** Errors of one stream; the connection goes on. */
const STREAM_ERRORS: readonly (readonly [name: string, code: ErrorCode, frames: Uint8Array])[] = [
  [
    "a malformed request",
    ErrorCode.ProtocolError,
    headersOf(1, getOf("/app", [["connection", "x"]])),
  ],
  [
    "a body shorter than declared",
    ErrorCode.ProtocolError,
    Buffer.concat([
      headersOf(1, postOf([["content-length", "2"]]), { isOpen: true }),
      encodeFrame(FrameType.Data, bytesOf("1"), { stream: 1, flags: Flag.EndStream }),
    ]),
  ],
  [
    "a body longer than declared",
    ErrorCode.ProtocolError,
    Buffer.concat([
      headersOf(1, postOf([["content-length", "2"]]), { isOpen: true }),
      encodeFrame(FrameType.Data, bytesOf("123"), { stream: 1 }),
    ]),
  ],
  [
    "trailers without an end",
    ErrorCode.ProtocolError,
    Buffer.concat([openRequest, headersOf(1, [["x", "y"]], { isOpen: true })]),
  ],
  [
    "DATA after the end",
    ErrorCode.StreamClosed,
    Buffer.concat([
      headersOf(1, getOf()),
      encodeFrame(FrameType.Data, bytesOf("1"), { stream: 1 }),
    ]),
  ],
  [
    "a window of nothing",
    ErrorCode.ProtocolError,
    Buffer.concat([headersOf(1, getOf()), windowUpdate(1, 0)]),
  ],
  [
    "a window that is too large",
    ErrorCode.FlowControlError,
    Buffer.concat([headersOf(1, getOf()), windowUpdate(1, 2 ** 31 - 1)]),
  ],
];

Deno.test("openProxy() resets a stream with an error, and serves the next one", async (test) => {
  await using stage = open();
  for (const [name, expected, frames] of STREAM_ERRORS) {
    await test.step(name, async () => {
      using client = await connectHttp2(stage.proxy.port);
      await client.greet();
      await client.write(frames, headersOf(3, getOf("/none")));
      equal(ErrorCode[(await client.next(FrameType.RstStream, 1)).code!], ErrorCode[expected]);
      equal((await client.response(3)).fields[0]![1], "404");
    });
  }
});

Deno.test("openProxy() closes connections of HTTP/2 that are idle, or never begin", async () => {
  await using stage = open({ idleTimeoutMs: 300, headTimeoutMs: 300 });
  using silent = await connectHttp2(stage.proxy.port);
  using idle = await connectHttp2(stage.proxy.port);
  using half = await connectHttp2(stage.proxy.port);
  await idle.greet();
  await half.greet();
  await half.write(begun);
  for (const client of [silent, idle, half]) {
    equal((await client.farewell()).code, ErrorCode.NoError);
  }
});

async function firstError(client: RawClient): Promise<ErrorCode> {
  for (;;) {
    const frame = await client.read();
    if (frame?.code !== undefined) return frame.code;
    if (frame === undefined) throw new Error("The connection ended without an error");
  }
}
