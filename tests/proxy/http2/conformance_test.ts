import { deepEqual, equal } from "node:assert/strict";
import { Buffer } from "node:buffer";
import {
  encodeFrame,
  encodeNumbers,
  encodeSettings,
  ErrorCode,
  Flag,
  FrameType,
  PREFACE,
  type Setting,
} from "../../../lib/proxy/http2/frames.ts";
import type { Field } from "../../../lib/proxy/http2/static_table.ts";
import { PAIRS } from "../certificates.ts";
import { bytesOf, openStage } from "../harness.ts";
import { blockOf, connectHttp2, getOf, headersOf, postOf, type RawClient } from "./raw_client.ts";

const ENDS = Flag.EndHeaders | Flag.EndStream;
const OPENS = Flag.EndHeaders;
const FILLED = Flag.Padded | Flag.EndStream;

function frame(
  type: FrameType,
  payload: string | Uint8Array,
  { stream = 0, flags = 0 }: { readonly stream?: number; readonly flags?: number } = {},
): Uint8Array {
  return encodeFrame(type, typeof payload === "string" ? bytesOf(payload) : payload, {
    stream,
    flags,
  });
}

const { Data, Headers, Priority, RstStream, Settings, Ping, Goaway, WindowUpdate, Continuation } =
  FrameType;

const get = (stream: number, more: readonly Field[] = []): Uint8Array =>
  headersOf(stream, getOf("/none", more));
const post = (stream: number, more: readonly Field[] = []): Uint8Array =>
  headersOf(stream, postOf(more), { isOpen: true });
const grow = (stream: number, bytes: number): Uint8Array =>
  frame(WindowUpdate, encodeNumbers(bytes), { stream });
const set = (...settings: readonly (readonly [number, number])[]): Uint8Array =>
  frame(Settings, encodeSettings(settings as readonly (readonly [Setting, number])[]));
const head = (block: Uint8Array, flags: number = ENDS): Uint8Array =>
  frame(Headers, block, { stream: 1, flags });
const reset = (stream: number): Uint8Array =>
  frame(RstStream, encodeNumbers(ErrorCode.Cancel), { stream });
const block = blockOf(getOf("/none"));
/** A block with further bytes after valid fields. */
const withBytes = (hex: string): Uint8Array => Buffer.concat([block, Uint8Array.fromHex(hex)]);

type Row = readonly [name: string, code: keyof typeof ErrorCode, ...frames: Uint8Array[]];

/** By section of RFC 9113 and RFC 7541. */
const CONNECTION_ERRORS: readonly Row[] = [
  ["4.2: HEADERS above the maximum size", "FrameSizeError", head(new Uint8Array(16_385))],
  ["4.3: a block that ends within a field", "CompressionError", head(bytesOf("\0\x01a\x05b"))],
  ["5.1: RST_STREAM of an idle stream", "ProtocolError", reset(1)],
  ["5.1: WINDOW_UPDATE of an idle stream", "ProtocolError", grow(1, 1)],
  [
    "5.1: CONTINUATION of an idle stream",
    "ProtocolError",
    frame(Continuation, block, { stream: 1, flags: ENDS }),
  ],
  [
    "5.1: DATA of a stream that only a server opens",
    "ProtocolError",
    get(3),
    frame(Data, "x", { stream: 2 }),
  ],
  ["5.1: RST_STREAM of a stream that only a server opens", "ProtocolError", get(3), reset(2)],
  ["5.1: WINDOW_UPDATE of a stream that only a server opens", "ProtocolError", get(3), grow(2, 1)],
  [
    "5.1: CONTINUATION after the end of the block",
    "ProtocolError",
    get(1),
    frame(Continuation, block, { stream: 1, flags: ENDS }),
  ],
  ["5.1.1: HEADERS of stream 0", "ProtocolError", headersOf(0, getOf())],
  ["5.1.1: an identifier below an earlier one", "ProtocolError", get(5), get(3)],
  ["5.1.1: an identifier that was used", "ProtocolError", get(1), reset(1), get(1)],
  [
    "6.1: DATA padded by its own length",
    "ProtocolError",
    post(1),
    frame(Data, "\x05abcd", { stream: 1, flags: FILLED }),
  ],
  [
    "6.1: padded DATA without a byte",
    "ProtocolError",
    post(1),
    frame(Data, "", { stream: 1, flags: FILLED }),
  ],
  [
    "6.2: HEADERS too short for their priority",
    "FrameSizeError",
    head(bytesOf("\0\0\0\0"), ENDS | Flag.Priority),
  ],
  [
    "6.2: HEADERS padded over their priority",
    "FrameSizeError",
    head(bytesOf("\x04\0\0\0\0\0\0\0\0"), ENDS | Flag.Priority | Flag.Padded),
  ],
  ["6.2: HEADERS within another block", "ProtocolError", head(block, 0), headersOf(3, getOf())],
  [
    "6.2: HEADERS of the same stream within a block",
    "ProtocolError",
    head(block, 0),
    head(block, ENDS),
  ],
  ["6.3: PRIORITY of stream 0", "ProtocolError", frame(Priority, "\0\0\0\0\0")],
  [
    "6.3: PRIORITY within a block",
    "ProtocolError",
    head(block, 0),
    frame(Priority, "\0\0\0\0\0", { stream: 1 }),
  ],
  ["6.4: RST_STREAM of stream 0", "ProtocolError", frame(RstStream, "\0\0\0\0")],
  [
    "6.4: RST_STREAM of three bytes",
    "FrameSizeError",
    post(1),
    frame(RstStream, "\0\0\0", { stream: 1 }),
  ],
  ["6.5: SETTINGS of a stream", "ProtocolError", frame(Settings, "", { stream: 1 })],
  [
    "6.5: SETTINGS with an acknowledgement and a payload",
    "FrameSizeError",
    frame(Settings, "\0\0\0\0\0\0", { flags: Flag.Ack }),
  ],
  ["6.5.2: ENABLE_PUSH of 2", "ProtocolError", set([2, 2])],
  ["6.5.2: MAX_FRAME_SIZE below 16,384", "ProtocolError", set([5, 16_383])],
  ["6.5.2: MAX_FRAME_SIZE above 2^24 - 1", "ProtocolError", set([5, 2 ** 24])],
  ["6.5.2: an invalid value before a valid one", "FlowControlError", set([4, 2 ** 31], [4, 1])],
  ["RFC 8441, 3: ENABLE_CONNECT_PROTOCOL of 2", "ProtocolError", set([8, 2])],
  ["6.7: PING of nine bytes", "FrameSizeError", frame(Ping, "123456789")],
  ["6.8: GOAWAY of a stream", "ProtocolError", frame(Goaway, encodeNumbers(0, 0), { stream: 1 })],
  ["6.8: GOAWAY without a code", "FrameSizeError", frame(Goaway, encodeNumbers(0))],
  ["6.9: WINDOW_UPDATE of three bytes", "FrameSizeError", frame(WindowUpdate, "\0\0\x01")],
  [
    "6.9.1: windows that add up to more than 2^31 - 1",
    "FlowControlError",
    grow(0, 2 ** 30),
    grow(0, 2 ** 30),
  ],
  [
    "6.9.2: a setting that makes an open window too large",
    "FlowControlError",
    post(1),
    grow(1, 2 ** 31 - 1 - 65_535),
    set([4, 65_536]),
  ],
  [
    "6.10: CONTINUATION of stream 0",
    "ProtocolError",
    head(block, 0),
    frame(Continuation, "", { flags: ENDS }),
  ],
  [
    "6.10: DATA within a block",
    "ProtocolError",
    post(1),
    frame(Headers, block, { stream: 3 }),
    frame(Data, "x", { stream: 1 }),
  ],
  [
    "6.10: a frame of an unknown type within a block",
    "ProtocolError",
    head(block, 0),
    frame(0xbe as FrameType, "", { stream: 1 }),
  ],
  ["RFC 7541, 2.3.3: index 0", "CompressionError", head(withBytes("80"))],
  ["RFC 7541, 2.3.3: an index above both tables", "CompressionError", head(withBytes("be"))],
  [
    "RFC 7541, 5.1: a number of more than 32 bits",
    "CompressionError",
    head(withBytes("7fffffffffffffff7f")),
  ],
  [
    "RFC 7541, 5.2: Huffman padding of a whole byte",
    "CompressionError",
    head(withBytes("00016182 1fff".replace(" ", ""))),
  ],
  ["RFC 7541, 5.2: Huffman padding of zeros", "CompressionError", head(withBytes("0001618118"))],
  [
    "RFC 7541, 5.2: the end of a string as a code",
    "CompressionError",
    head(withBytes("00016184ffffffff")),
  ],
  [
    "RFC 7541, 6.3: a table larger than the setting",
    "CompressionError",
    head(Buffer.concat([Uint8Array.fromHex("3fe21f"), block])),
  ],
  [
    "RFC 7541, 4.2: a change of the table's size after a field",
    "CompressionError",
    head(withBytes("20")),
  ],
  ["a bad block of trailers", "CompressionError", post(1), head(Uint8Array.fromHex("be"))],
  [
    "a bad block of a stream that has ended",
    "CompressionError",
    get(1),
    reset(1),
    head(Uint8Array.fromHex("be")),
  ],
];

Deno.test("openProxy() ends a connection with the error that RFC 9113 names", async (test) => {
  await using stage = openStage({}, { tls: PAIRS.one, http2: true });
  for (const [name, code, ...frames] of CONNECTION_ERRORS) {
    await test.step(name, async () => {
      using client = await connectHttp2(stage.proxy.port);
      await client.greet();
      await client.write(...frames, frame(Ping, "12345678"));
      equal(ErrorCode[await endOf(client)], code);
    });
  }
});

const STREAM_ERRORS: readonly Row[] = [
  [
    "5.1: DATA after the end of the request",
    "StreamClosed",
    headersOf(1, getOf()),
    frame(Data, "x", { stream: 1 }),
  ],
  [
    "5.1: HEADERS after the end of the request",
    "StreamClosed",
    headersOf(1, getOf()),
    head(blockOf([["a", "b"]])),
  ],
  [
    "6.3: PRIORITY of four bytes",
    "FrameSizeError",
    post(1),
    frame(Priority, "\0\0\0\0", { stream: 1 }),
  ],
  ["6.9: WINDOW_UPDATE of 0", "ProtocolError", post(1), grow(1, 0)],
  [
    "6.9.1: a window above 2^31 - 1",
    "FlowControlError",
    post(1),
    grow(1, 2 ** 30),
    grow(1, 2 ** 30),
  ],
  [
    "8.1: trailers without END_STREAM",
    "ProtocolError",
    post(1),
    head(blockOf([["a", "b"]]), OPENS),
  ],
  [
    "8.1: trailers with a pseudo-field",
    "ProtocolError",
    post(1),
    head(blockOf([[":method", "GET"]])),
  ],
  [
    "8.1.1: DATA shorter than content-length",
    "ProtocolError",
    post(1, [["content-length", "3"]]),
    frame(Data, "ab", { stream: 1, flags: Flag.EndStream }),
  ],
  [
    "8.1.1: frames longer than content-length",
    "ProtocolError",
    post(1, [["content-length", "3"]]),
    frame(Data, "ab", { stream: 1 }),
    frame(Data, "cd", { stream: 1, flags: Flag.EndStream }),
  ],
  [
    "8.1.1: a content-length without DATA",
    "ProtocolError",
    headersOf(1, postOf([["content-length", "1"]])),
  ],
  [
    "8.1.1: trailers before the end of content-length",
    "ProtocolError",
    post(1, [["content-length", "3"]]),
    head(blockOf([["a", "b"]])),
  ],
  ["8.2.1: a name in upper case", "ProtocolError", get(1, [["X-A", "b"]])],
  [
    "8.2.1: trailers with a name in upper case",
    "ProtocolError",
    post(1),
    head(blockOf([["X-A", "b"]])),
  ],
  ["8.2.2: connection", "ProtocolError", get(1, [["connection", "keep-alive"]])],
  [
    "8.2.2: trailers with transfer-encoding",
    "ProtocolError",
    post(1),
    head(blockOf([["transfer-encoding", "chunked"]])),
  ],
  ["8.2.2: te with another value", "ProtocolError", get(1, [["te", "trailers, deflate"]])],
  ["8.3: a pseudo-field of responses", "ProtocolError", get(1, [[":status", "200"]])],
  ["8.3: an unknown pseudo-field", "ProtocolError", headersOf(1, [...getOf(), [":test", "x"]])],
  ["8.3.1: an empty :path", "ProtocolError", headersOf(1, getOf(""))],
];

Deno.test("openProxy() resets a stream with the error that RFC 9113 names", async (test) => {
  await using stage = openStage({}, { tls: PAIRS.one, http2: true });
  for (const [name, code, ...frames] of STREAM_ERRORS) {
    await test.step(name, async () => {
      using client = await connectHttp2(stage.proxy.port);
      await client.greet();
      await client.write(...frames, get(9));
      equal(ErrorCode[(await client.next(RstStream, 1)).code!], code);
      deepEqual((await client.response(9)).fields[0], [":status", "404"]);
    });
  }
});

/** Valid, however odd: the request after them is answered. */
const ACCEPTED: readonly (readonly [name: string, ...frames: Uint8Array[]])[] = [
  [
    "4.1: a frame of an unknown type, with unknown flags",
    frame(0xbe as FrameType, "abc", { stream: 5, flags: 0xff }),
  ],
  ["4.1: the reserved bit of a stream's identifier", Buffer.from(get(1)).fill(0x80, 5, 6)],
  ["5.1: PRIORITY of an idle stream", frame(Priority, "\0\0\0\0\0", { stream: 7 })],
  ["5.1: PRIORITY of four bytes of an idle stream", frame(Priority, "\0\0\0\0", { stream: 7 })],
  ["5.1: WINDOW_UPDATE and RST_STREAM of a closed stream", get(1), reset(1), grow(1, 5), reset(1)],
  [
    "5.1: DATA and trailers of a closed stream",
    post(1),
    reset(1),
    frame(Data, "abc", { stream: 1 }),
    head(blockOf([["a", "b"]])),
  ],
  ["5.3: a stream that depends on itself", frame(Priority, "\0\0\0\x01\x10", { stream: 1 })],
  [
    "6.1: DATA of padding only",
    post(1),
    frame(Data, new Uint8Array(256).fill(255, 0, 1), { stream: 1, flags: FILLED }),
  ],
  [
    "6.2: HEADERS with padding and a priority",
    head(
      Buffer.concat([bytesOf("\x02\x80\0\0\x03\xff"), block, bytesOf("\0\0")]),
      ENDS | Flag.Padded | Flag.Priority,
    ),
  ],
  ["6.5: unknown settings, and one twice", set([0xff, 7], [4, 1], [4, 70_000])],
  ["6.5: an acknowledgement that nobody awaits", frame(Settings, "", { flags: Flag.Ack })],
  ["6.7: PING with unknown flags", frame(Ping, "12345678", { flags: 0xfe })],
  ["6.7: the acknowledgement of a PING", frame(Ping, "12345678", { flags: Flag.Ack })],
  [
    "6.8: GOAWAY with a text, after which requests go on",
    frame(Goaway, Buffer.concat([encodeNumbers(0, 0), bytesOf("bye")])),
  ],
  ["6.9: WINDOW_UPDATE with its reserved bit", frame(WindowUpdate, encodeNumbers(0x8000_0001))],
  [
    "6.9.2: a window that a setting makes negative",
    headersOf(1, getOf()),
    set([4, 0]),
    set([4, 65_535]),
  ],
  [
    "6.10: a block in parts of one byte",
    head(new Uint8Array(0), Flag.EndStream),
    ...[...block].map((byte, at) =>
      frame(Continuation, Uint8Array.of(byte), {
        stream: 1,
        flags: at === block.length - 1 ? Flag.EndHeaders : 0,
      })
    ),
  ],
  [
    "RFC 7541, 4.2: two changes of the table's size",
    head(Buffer.concat([Uint8Array.fromHex("203fe11f"), block])),
  ],
];

Deno.test("openProxy() accepts frames that RFC 9113 allows", async (test) => {
  await using stage = openStage({}, { tls: PAIRS.one, http2: true });
  for (const [name, ...frames] of ACCEPTED) {
    await test.step(name, async () => {
      using client = await connectHttp2(stage.proxy.port);
      await client.greet();
      await client.write(...frames, get(9));
      deepEqual((await client.response(9)).fields[0], [":status", "404"]);
    });
  }
});

Deno.test("openProxy() rejects an invalid start of a connection of HTTP/2", async (test) => {
  await using stage = openStage({}, { tls: PAIRS.one, http2: true });
  const starts: readonly (readonly [string, ...Uint8Array[]])[] = [
    ["a preface with a wrong last byte", PREFACE.subarray(0, 23), bytesOf("\r")],
    ["a settings acknowledgement first", PREFACE, frame(Settings, "", { flags: Flag.Ack })],
    ["HEADERS first", PREFACE, get(1)],
  ];
  for (const [name, ...parts] of starts) {
    await test.step(name, async () => {
      using client = await connectHttp2(stage.proxy.port);
      await client.write(...parts);
      equal((await client.farewell()).code, ErrorCode.ProtocolError);
    });
  }
});

/** Returns the code of GOAWAY, or `NoError` if the connection answers a PING. */
async function endOf(client: RawClient): Promise<ErrorCode> {
  for (;;) {
    const { type, code } = await client.read() ?? { type: Goaway, code: undefined };
    if (type === Goaway || type === Ping) return code ?? ErrorCode.NoError;
  }
}
