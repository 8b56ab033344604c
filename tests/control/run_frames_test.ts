import assert from "node:assert/strict";
import {
  CLIENT_FRAMES,
  createFrameDecoder,
  encodeFrame,
  encodeStream,
  type Frame,
  MAX_BEGIN_BYTES,
  MAX_FRAME_BYTES,
  SUPERVISOR_FRAMES,
} from "../../lib/control/run_frames.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

Deno.test("createFrameDecoder() reads frames, however the stream is cut", () => {
  const stream = [
    encodeFrame("begin", bytes("{}")),
    encodeFrame("input", bytes("hello")),
    encodeFrame("input"),
    encodeFrame("signal", bytes("SIGINT")),
    encodeFrame("input-end"),
  ].flatMap((frame) => [...frame]);
  const expected = ["begin {}", "input hello", "input ", "signal SIGINT", "input-end "];
  for (const size of [1, 2, 3, 5, 7, stream.length]) {
    const decoder = createFrameDecoder(CLIENT_FRAMES);
    const frames: Frame[] = [];
    for (let at = 0; at < stream.length; at += size) {
      frames.push(...decoder.push(new Uint8Array(stream.slice(at, at + size))));
    }
    const found = frames.map((frame) => `${frame.type} ${new TextDecoder().decode(frame.bytes)}`);
    assert.deepEqual(found, expected, `pieces of ${size}`);
    assert.equal(decoder.isBetween, true);
  }
});

Deno.test("createFrameDecoder() refuses other types and frames that are too long", () => {
  const refused: readonly [head: number[], message: RegExp][] = [
    [[0, 0, 0, 0, 0], /type 0/],
    [[16, 0, 0, 0, 0], /type 16/],
    [[255, 0, 0, 0, 0], /type 255/],
    [[2, 0, 1, 0, 1], /"input" has 65537 bytes, more than 65536/],
    [[2, 255, 255, 255, 255], /4294967295 bytes/],
    [[1, 0, 16, 0, 1], /"begin" has 1048577 bytes/],
  ];
  for (const [head, message] of refused) {
    const decoder = createFrameDecoder(CLIENT_FRAMES);
    assert.throws(() => decoder.push(new Uint8Array(head)), { name: "SyntaxError", message });
  }
  assert.throws(
    () => createFrameDecoder(SUPERVISOR_FRAMES).push(encodeFrame("begin")),
    SyntaxError,
  );
});

Deno.test("createFrameDecoder() tells whether a stream ended within a frame", () => {
  const decoder = createFrameDecoder(SUPERVISOR_FRAMES);
  assert.equal(decoder.isBetween, true);
  decoder.push(encodeFrame("exit", new Uint8Array([0])).subarray(0, 5));
  assert.equal(decoder.isBetween, false);
});

Deno.test("encodeStream() splits bytes into frames of the maximum size", () => {
  const sizes = encodeStream("stdout", new Uint8Array(MAX_FRAME_BYTES * 2 + 1))
    .map((frame) => frame.length - 5);
  assert.deepEqual(sizes, [MAX_FRAME_BYTES, MAX_FRAME_BYTES, 1]);
  assert.deepEqual(encodeStream("stderr", new Uint8Array()), []);
  assert.throws(() => encodeFrame("begin", new Uint8Array(MAX_BEGIN_BYTES + 1)), RangeError);
});
