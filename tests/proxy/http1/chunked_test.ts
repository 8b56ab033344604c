import { deepEqual, equal } from "node:assert/strict";
import { ChunkedScanner } from "../../../lib/proxy/http1/chunked.ts";
import { bytesOf } from "../harness.ts";

interface Scanned {
  readonly isDone: boolean;
  readonly fault: string | undefined;
  /** Position where the scan stopped. */
  readonly stop: number;
  readonly data: string;
}

/** Scans text in pieces, split at `cuts`. */
function scan(text: string, cuts: readonly number[] = []): Scanned {
  const bytes = bytesOf(text);
  const scanner = new ChunkedScanner();
  let [stop, data] = [0, ""];
  for (const end of [...cuts, bytes.length]) {
    stop = scanner.scan(bytes, { start: stop, end }, (from, to) => data += text.slice(from, to));
    if (scanner.isDone || scanner.fault !== undefined) break;
    equal(stop, end);
  }
  return { isDone: scanner.isDone, fault: scanner.fault, stop, data };
}

const WHOLE = [
  ["0\r\n\r\n", ""],
  ["000\r\n\r\n", ""],
  ["5\r\nhello\r\n0\r\n\r\n", "hello"],
  ["A\r\n0123456789\r\n1\r\n\n\r\n0\r\n\r\n", "0123456789\n"],
  ["0a\r\n0\r\n\r\n\r\n\r\n\r\r\n0\r\n\r\n", "0\r\n\r\n\r\n\r\n\r"],
  ['5;a;b=c;d="e\t"\r\nhello\r\n0;last\r\n\r\n', "hello"],
  ['1\r\nx\r\n0\r\nETag: "a"\r\nX:\r\n\r\n', "x"],
  ["0000000000001\r\nx\r\n0\r\n\r\n", "x"],
] as const;

const BAD: readonly (readonly [string, number, string])[] = [
  ["\r\n", 0, "hexadecimal"],
  ["g\r\n", 0, "hexadecimal"],
  ["-1\r\n", 0, "hexadecimal"],
  ["+1\r\n", 0, "hexadecimal"],
  [" 1\r\n", 0, "hexadecimal"],
  ["0x1\r\n", 1, "hexadecimal"],
  ["1 \r\n", 1, "hexadecimal"],
  ["1,1\r\n", 1, "hexadecimal"],
  [";a\r\n", 0, "hexadecimal"],
  ["1\n", 1, "hexadecimal"],
  ["1\rx", 2, "size line does not end with CRLF"],
  ["00000000000001\r\n", 13, "too many digits"],
  ["FFFFFFFFFFFFFFFF\r\n", 13, "too many digits"],
  ["1;a\n", 3, "extension is invalid"],
  ["1;a\x00\r\n", 3, "extension is invalid"],
  ["1;\x7f\r\n", 2, "extension is invalid"],
  ["1\r\nxx", 4, "longer than its size"],
  ["1\r\nx\n", 4, "longer than its size"],
  ["1\r\nx\rx", 5, "chunk does not end with CRLF"],
  ["0\r\n\n", 3, "does not start with a name"],
  ["0\r\n: x\r\n", 3, "does not start with a name"],
  ["0\r\n A: x\r\n", 3, "does not start with a name"],
  ["0\r\nA: x\r\n y\r\n", 9, "does not start with a name"],
  ["0\r\nA : x\r\n", 4, "not followed by a colon"],
  ["0\r\nA\r\n", 4, "not followed by a colon"],
  ["0\r\nA: \x00\r\n", 6, "control character"],
  ["0\r\nA: b\nC: d\r\n", 7, "control character"],
  ["0\r\nA: b\rC", 8, "trailer line does not end with CRLF"],
  ["0\r\n\rX", 4, "body does not end with CRLF"],
  ["0\r\nContent-Length: 1\r\n\r\n", 17, "only allowed in the header"],
  ["0\r\nA: b\r\ntransfer-ENCODING: chunked\r\n\r\n", 26, "only allowed in the header"],
  ["0\r\nHost: h\r\n\r\n", 7, "only allowed in the header"],
  ["0\r\nConnection: close\r\n\r\n", 13, "only allowed in the header"],
];

Deno.test("ChunkedScanner finds data and end for any split of the input", () => {
  for (const [body, data] of WHOLE) {
    // What follows belongs to the next message.
    const text = `${body}GET / HTTP/1.1\r\n`;
    const expected = { isDone: true, fault: undefined, stop: body.length, data };
    deepEqual(scan(text), expected, body);
    for (let first = 0; first <= body.length; first++) {
      for (let second = first; second <= body.length; second++) {
        deepEqual(scan(text, [first, second]), expected, `${body} at ${first}, ${second}`);
      }
    }
    deepEqual(scan(text, Array.from(body, (_, index) => index + 1)), expected, body);
  }
});

Deno.test("ChunkedScanner stops at the first invalid byte for any split of the input", () => {
  for (const [text, stop, part] of BAD) {
    const whole = scan(text);
    equal(whole.fault?.includes(part), true, `${JSON.stringify(text)}: ${whole.fault}`);
    deepEqual([whole.isDone, whole.stop], [false, stop], text);
    for (let cut = 0; cut <= text.length; cut++) deepEqual(scan(text, [cut]), whole, text);
  }
});

Deno.test("ChunkedScanner is not done before the last byte", () => {
  for (const [body] of WHOLE) {
    for (let length = 0; length < body.length; length++) {
      const { isDone, fault } = scan(body.slice(0, length));
      deepEqual([isDone, fault], [false, undefined], body.slice(0, length));
    }
  }
});

Deno.test("ChunkedScanner limits extensions and trailers", () => {
  const rows: [string, boolean][] = [
    [`1;${"a".repeat(8_000)}\r\nx\r\n1;${"a".repeat(8_000)}\r\nx\r\n0\r\n\r\n`, true],
    [`1;${"a".repeat(9_000)}\r\nx\r\n1;${"a".repeat(9_000)}\r\nx\r\n0\r\n\r\n`, false],
    [`0\r\nA: ${"a".repeat(16_000)}\r\n\r\n`, true],
    [`0\r\n${"A: b\r\n".repeat(3_000)}\r\n`, false],
    [`0\r\n${"A".repeat(20_000)}: b\r\n\r\n`, false],
  ];
  for (const [text, isTaken] of rows) {
    const { isDone, fault } = scan(text);
    deepEqual([isDone, fault === undefined], [isTaken, isTaken], text.slice(0, 20));
  }
});
