import { equal } from "node:assert/strict";
import { encodeReply, faultReply, type Reply } from "../../lib/proxy/reply.ts";
import { textOf } from "./harness.ts";

Deno.test("encodeReply() writes an answer of the proxy's own", () => {
  const text = "content-type: text/plain; charset=utf-8\r\n";
  const rows: [Reply, boolean, boolean, string][] = [
    [
      { status: 200, body: "OK" },
      false,
      true,
      `HTTP/1.1 200 OK\r\n${text}content-length: 2\r\nconnection: keep-alive\r\n\r\nOK`,
    ],
    [
      { status: 200, body: "OK" },
      true,
      false,
      `HTTP/1.1 200 OK\r\n${text}content-length: 2\r\nconnection: close\r\n\r\n`,
    ],
    [
      { status: 204, body: "" },
      false,
      true,
      "HTTP/1.1 204 No Content\r\nconnection: keep-alive\r\n\r\n",
    ],
    [
      { status: 500, body: "é", fields: { "x-a": "b" } },
      false,
      false,
      `HTTP/1.1 500 Internal Server Error\r\n${text}content-length: 2\r\nx-a: b\r\n` +
      "connection: close\r\n\r\n\xc3\xa9",
    ],
    [
      faultReply({ status: 503, code: "busy", message: "No", retryAfterS: 2 }),
      false,
      true,
      `HTTP/1.1 503 Service Unavailable\r\n${text}content-length: 2\r\nx-ddsrv-error: busy\r\n` +
      "retry-after: 2\r\nconnection: keep-alive\r\n\r\nNo",
    ],
    [
      faultReply({ status: 418, code: "tea", message: "" }),
      false,
      false,
      "HTTP/1.1 418 \r\ncontent-length: 0\r\nx-ddsrv-error: tea\r\nconnection: close\r\n\r\n",
    ],
  ];
  for (const [reply, isForHead, isPersistent, expected] of rows) {
    equal(textOf(encodeReply(reply, { isForHead, isPersistent })), expected);
  }
});
