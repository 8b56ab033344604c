import { equal } from "node:assert/strict";
import { findHeadEnd } from "../../../lib/proxy/http1/head_end.ts";
import { bytesOf } from "../harness.ts";

Deno.test("findHeadEnd() returns the position after the empty line", () => {
  const rows: [string, number][] = [
    ["", -1],
    ["A\r\n\r\n", 5],
    ["A\r\n\r\nB\r\n\r\n", 5],
    ["A\r\nB\r\n\r\nbody", 8],
    ["A\r\n\r", -1],
    ["A\r\n", -1],
    ["A\n\n", 3],
    ["A\n\r\n", 4],
    ["A\r\n\n", 4],
    ["A\r\rB\r\r", -1],
    ["A\r\n\rB\r\n\r\n", 9],
  ];
  for (const [text, end] of rows) {
    equal(findHeadEnd(bytesOf(text), 0, text.length), end, JSON.stringify(text));
  }
});

Deno.test("findHeadEnd() does not read past the end of the data", () => {
  const bytes = bytesOf("A\r\n\r\n\r\n\r\n");
  for (let end = 0; end < 5; end++) equal(findHeadEnd(bytes, 0, end), -1, String(end));
  equal(findHeadEnd(bytes, 0, 5), 5);
});

Deno.test("findHeadEnd() finds an end that starts three bytes before the new data", () => {
  const bytes = bytesOf("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  for (let read = 0; read < bytes.length; read++) {
    const isFound = findHeadEnd(bytes, Math.max(0, read - 3), bytes.length);
    equal(isFound, bytes.length, String(read));
  }
});
