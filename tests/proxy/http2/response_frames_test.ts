import { deepEqual, equal, ok } from "node:assert/strict";
import { DataQueue } from "../../../lib/proxy/http2/data_queue.ts";
import { Output } from "../../../lib/proxy/http2/output.ts";
import { ResponseFrames } from "../../../lib/proxy/http2/response_frames.ts";
import { within } from "../../patience.ts";
import { bytesOf } from "../harness.ts";

Deno.test("ResponseFrames.write() lets heads wait in turn for a client that reads slowly", async () => {
  const writes: number[] = [];
  const first = Promise.withResolvers<void>();
  const output = new Output({
    write(bytes) {
      writes.push(bytes.length);
      return writes.length === 1 ? first.promise : Promise.resolve();
    },
    onRoom() {},
  });
  const channel = { output, data: new DataQueue(output, () => {}), hasSentBlock: true };
  const options = { isHead: false, isTunnel: false, maxFields: 8 };
  const bytes = 60_000;
  const head = `HTTP/1.1 200 OK\r\nX: ${"v".repeat(bytes)}\r\nContent-Length: 0\r\n\r\n`;
  const count = 32;
  const written = Array.from({ length: count }, (_, index) => {
    const stream = { id: index * 2 + 1, sendWindow: 0, onProgress() {} };
    return new ResponseFrames(channel, stream, options).write(bytesOf(head));
  });
  await Promise.resolve();
  first.resolve();
  await within(Promise.all(written).then(() => output.flushed()), "all heads");
  ok(writes.reduce((sum, length) => sum + length, 0) > count * bytes);
  ok(Math.max(...writes) < 3 * bytes, `${Math.max(...writes)} bytes wait at once`);
});

Deno.test("DataQueue reports each part that a slow client accepts, but no single bytes", async () => {
  const output = new Output({ write: () => Promise.resolve(), onRoom() {} });
  const data = new DataQueue(output, () => {});
  let progress = 0;
  const stream = { id: 1, sendWindow: 0, onProgress: () => progress++ };
  const piece = new Uint8Array(40_000);
  const sent = data.send(stream, { bytes: piece, isLast: true });
  const grow = (bytes: number): void => {
    stream.sendWindow += bytes;
    data.pump();
  };
  for (let byte = 0; byte < 1_000; byte++) grow(1);
  const seen = [progress];
  for (const bytes of [15_384, 1, 16_383, 10_000]) {
    grow(bytes);
    await output.flushed();
    seen.push(progress);
  }
  // The end of the piece is no progress of it.
  deepEqual(seen, [0, 1, 1, 2, 2]);
  await within(sent!, "the piece");
  equal(stream.sendWindow, 2_768);
});
