import { deepEqual, equal, match } from "node:assert/strict";
import { createResponseHead, parseResponseHead } from "../../../lib/proxy/http1/response_head.ts";
import { bytesOf } from "../harness.ts";

function parse(text: string, isForHead = false) {
  const bytes = bytesOf(text);
  const head = createResponseHead(4);
  const problem = parseResponseHead(bytes, { start: 0, end: bytes.length, isForHead }, head);
  return { head, problem };
}

Deno.test("parseResponseHead() finds status, framing and persistence", () => {
  const rows: [string, number, unknown, boolean][] = [
    ["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n", 200, { type: "length", length: 2 }, true],
    ["HTTP/1.1 200\r\nContent-Length: 0\r\n", 200, { type: "none" }, true],
    ["HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n", 200, { type: "chunked" }, true],
    ["HTTP/1.1 404 N\xf6t \t found\r\n", 404, { type: "close" }, false],
    ["HTTP/1.1 204 No Content\r\n", 204, { type: "none" }, true],
    ["HTTP/1.1 304 N\r\nContent-Length: 9\r\n", 304, { type: "none" }, true],
    ["HTTP/1.1 103 Early Hints\r\nLink: x\r\n", 103, { type: "none" }, true],
    ["HTTP/1.1 599 x\r\nContent-Length: 2\r\nConnection: close\r\n", 599, {
      type: "length",
      length: 2,
    }, false],
    ["HTTP/1.0 200 OK\r\nContent-Length: 2\r\n", 200, { type: "length", length: 2 }, false],
    ["HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n", 200, {
      type: "length",
      length: 2,
    }, true],
    ["HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n", 200, { type: "close" }, false],
  ];
  for (const [text, status, framing, isPersistent] of rows) {
    const { head, problem } = parse(`${text}\r\n`);
    equal(problem, undefined, text);
    deepEqual([head.status, head.framing, head.isPersistent], [status, framing, isPersistent]);
  }
  for (const fields of ["", "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n"]) {
    deepEqual(parse(`HTTP/1.1 200 OK\r\n${fields}\r\n`, true).head.framing, { type: "none" });
  }
});

Deno.test("parseResponseHead() rejects ambiguous responses", () => {
  const rows: [string, RegExp][] = [
    ["HTTP/1.1 20 OK\r\n", /status line/],
    ["HTTP/1.1 2000 OK\r\n", /status line/],
    ["HTTP/1.1 099 OK\r\n", /status line/],
    ["HTTP/1.1 600 OK\r\n", /status line/],
    ["HTTP/1.1 2x0 OK\r\n", /status line/],
    ["HTTP/1.1  200 OK\r\n", /status line/],
    ["HTTP/1.1 200\tOK\r\n", /status line/],
    ["HTTP/1.1 200 O\x00K\r\n", /status line/],
    ["HTTP/1.1 200 OK\n", /status line/],
    ["HTTP/1.2 200 OK\r\n", /status line/],
    ["HTTP/2.0 200 OK\r\n", /status line/],
    ["http/1.1 200 OK\r\n", /status line/],
    ["ICY 200 OK\r\n", /status line/],
    ["HTTP/1.1 200 OK\r\nA : b\r\n", /malformed/],
    ["HTTP/1.1 200 OK\r\nA: b\r\n c\r\n", /malformed/],
    ["HTTP/1.1 200 OK\r\nA: b\nC: d\r\n", /malformed/],
    ["HTTP/1.1 200 OK\r\nA: \x00\r\n", /malformed/],
    ["HTTP/1.1 200 OK\r\n" + "A: b\r\n".repeat(5), /more than 4 fields/],
    ["HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n", /both/],
    ["HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n", /more than one/],
    ["HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n", /not a number/],
    ["HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n", /does not end with exactly one chunked/],
    ["HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n", /other than chunked/],
    ["HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n", /HTTP\/1\.0/],
    ["HTTP/1.1 204 x\r\nContent-Length: 1\r\nContent-Length: 2\r\n", /more than one/],
  ];
  for (const [text, pattern] of rows) match(parse(`${text}\r\n`).problem ?? "", pattern, text);
});
