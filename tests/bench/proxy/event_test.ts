import assert from "node:assert/strict";
import { readEvents, toEventChunk } from "./event.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

Deno.test("toEventChunk() is one chunk of a chunked body", () => {
  const [size, event, ...rest] = toEventChunk(12345.6789).split("\r\n");
  assert.equal(parseInt(size!, 16), event!.length);
  assert.match(event!, /^data: [\d.]{15}\n\n$/);
  assert.deepEqual(rest, [""]);
});

Deno.test("readEvents() finds the times of all events, with or without chunks", () => {
  const [one, two] = [toEventChunk(12345.6789), toEventChunk(99999.5)];
  const rows = [
    [one, [12345.6789]],
    [one + two, [12345.6789, 99999.5]],
    [`HTTP/1.1 200 OK\r\n\r\n${one}`, [12345.6789]],
    [one.split("\r\n")[1]!, [12345.6789]],
    ["HTTP/1.1 200 OK\r\n\r\n", []],
    [one.slice(0, 15), [NaN]],
  ] as const;
  for (const [text, times] of rows) assert.deepEqual(readEvents(bytes(text)), times);
});
