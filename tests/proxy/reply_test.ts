import { deepEqual, equal, match } from "node:assert/strict";
import { faultOf } from "../../lib/proxy/http1/fault.ts";
import { acceptsHtml } from "../../lib/proxy/accept.ts";
import { encodeReply, faultReply, type Reply } from "../../lib/proxy/reply.ts";
import { textOf } from "./harness.ts";

const DATE = "date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";

Deno.test("encodeReply() encodes a reply of the proxy", () => {
  const text = "content-type: text/plain; charset=utf-8\r\n";
  const rows: [Reply, boolean, boolean, string][] = [
    [
      { status: 200, body: "OK" },
      false,
      true,
      `HTTP/1.1 200 OK\r\n${DATE}${text}content-length: 2\r\nconnection: keep-alive\r\n\r\nOK`,
    ],
    [
      { status: 200, body: "OK" },
      true,
      false,
      `HTTP/1.1 200 OK\r\n${DATE}${text}content-length: 2\r\nconnection: close\r\n\r\n`,
    ],
    [
      { status: 204, body: "" },
      false,
      true,
      `HTTP/1.1 204 No Content\r\n${DATE}connection: keep-alive\r\n\r\n`,
    ],
    [
      { status: 500, body: "é", fields: { "x-a": "b" } },
      false,
      false,
      `HTTP/1.1 500 Internal Server Error\r\n${DATE}${text}content-length: 2\r\nx-a: b\r\n` +
      "connection: close\r\n\r\n\xc3\xa9",
    ],
    [
      faultReply(faultOf("function-busy", { message: "No", retryAfterS: 2 })),
      false,
      true,
      `HTTP/1.1 503 Service Unavailable\r\n${DATE}${text}content-length: 2\r\n` +
      "x-content-type-options: nosniff\r\nx-ddsrv-error: function-busy\r\nretry-after: 2\r\nconnection: keep-alive\r\n\r\nNo",
    ],
    [
      { status: 418, body: "", fields: { "x-ddsrv-error": "tea" } },
      false,
      false,
      `HTTP/1.1 418 \r\n${DATE}content-length: 0\r\nx-ddsrv-error: tea\r\nconnection: close\r\n\r\n`,
    ],
  ];
  for (const [reply, isForHead, isPersistent, expected] of rows) {
    const { bytes, headBytes } = encodeReply(reply, {
      isForHead,
      isPersistent,
      nowMs: 784_111_777_000,
    });
    equal(textOf(bytes), expected);
    equal(headBytes, expected.indexOf("\r\n\r\n") + 4);
  }
});

Deno.test("faultReply() creates an HTML page without scripts for a browser", () => {
  const message = `<script>alert("1")</script> & 'x'`;
  const { body, contentType, fields } = faultReply(faultOf("function-failed", { message }), {
    isHtml: true,
  });
  equal(contentType, "text/html; charset=utf-8");
  match(fields!["content-security-policy"]!, /^default-src 'none';/);
  match(body, /^<!doctype html>.*<h1>500 The function could not be started<\/h1>/s);
  match(
    body,
    /<pre>&#60;script&#62;alert\(&#34;1&#34;\)&#60;\/script&#62; &#38; &#39;x&#39;<\/pre>/,
  );
});

Deno.test("faultReply() hides all but the title of a fault", () => {
  const fault = faultOf("upstream-failed", { detail: "10.0.0.1 said no" });
  equal(faultReply(fault).body, "Error forwarding request: 10.0.0.1 said no");
  equal(faultReply(fault, { isHidden: true }).body, "Error forwarding request");
  equal(faultReply(fault, { isHidden: true, isHtml: true }).body.includes("10.0.0.1"), false);
  equal(faultReply(fault, { isHidden: true }).fields!["x-ddsrv-error"], "upstream-failed");
});

Deno.test("acceptsHtml() recognizes browsers", () => {
  const rows: [string, boolean][] = [
    ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true],
    ["application/json, TEXT/HTML ;q=0.1", true],
    ["*/*", false],
    ["", false],
    ["text/*", false],
    ["text/html;q=0", false],
    ["text/html; q=0.000", false],
    ["application/json", false],
  ];
  for (const [accept, expected] of rows) equal(acceptsHtml(accept), expected, accept);
});

Deno.test("faultReply() gives the page of the operator to browsers only", () => {
  const fault = faultOf("function-stopped", { message: "a is stopped", page: "<h1>Soon" });
  const page = faultReply(fault, { isHtml: true, isHidden: true });
  equal(page.body, "<h1>Soon");
  equal(page.contentType, "text/html; charset=utf-8");
  deepEqual(page.fields, {
    "x-content-type-options": "nosniff",
    "x-ddsrv-error": "function-stopped",
    "cache-control": "no-store",
  });
  equal(faultReply(fault).body, "a is stopped");
  equal(faultReply(fault, { isHidden: true }).body, "The function is stopped for maintenance");
});
