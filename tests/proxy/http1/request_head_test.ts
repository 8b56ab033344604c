import { deepEqual, equal } from "node:assert/strict";
import { findHeadEnd } from "../../../lib/proxy/http1/head_end.ts";
import {
  createRequestHead,
  parseRequestHead,
  type RequestHead,
} from "../../../lib/proxy/http1/request_head.ts";
import { bytesOf, textOf } from "../harness.ts";

const MAX_FIELDS = 6;
const HOST = "Host: h\r\n";

/** The parsed head and its bytes, or the fault's status and message. */
function parse(text: string): { bytes: Uint8Array; head: RequestHead; fault: string } {
  const bytes = bytesOf(text);
  const head = createRequestHead(MAX_FIELDS);
  const end = findHeadEnd(bytes, 0, bytes.length);
  const fault = parseRequestHead(bytes, { start: 0, end }, head, { maxTargetBytes: 32 });
  return { bytes, head, fault: fault === undefined ? "" : `${fault.status} ${fault.message}` };
}

const request = (fields: string, line = "GET /a HTTP/1.1") => `${line}\r\n${fields}\r\n`;

Deno.test("parseRequestHead() finds method, target, authority and version", () => {
  const rows: [string, { method: string; authority?: string; target: string; is10?: true }][] = [
    ["GET / HTTP/1.1", { method: "GET", target: "/" }],
    ["get /a HTTP/1.1", { method: "get", target: "/a" }],
    ["PATCH /a?b=c&d HTTP/1.1", { method: "PATCH", target: "/a?b=c&d" }],
    ["M-SEARCH /a//b/../%2F HTTP/1.1", { method: "M-SEARCH", target: "/a//b/../%2F" }],
    ["GET //a HTTP/1.1", { method: "GET", target: "//a" }],
    ['GET /\\|"<> HTTP/1.1', { method: "GET", target: '/\\|"<>' }],
    ["GET http://h HTTP/1.1", { method: "GET", authority: "h", target: "" }],
    ["GET http://h:1?a/b HTTP/1.1", { method: "GET", authority: "h:1", target: "?a/b" }],
    ["OPTIONS * HTTP/1.1", { method: "OPTIONS", target: "*" }],
    ["GET http://h.example:80/a?b HTTP/1.1", {
      method: "GET",
      authority: "h.example:80",
      target: "/a?b",
    }],
    ["GET HTTPS://[::1]/ HTTP/1.1", { method: "GET", authority: "[::1]", target: "/" }],
    ["GET / HTTP/1.0", { method: "GET", target: "/", is10: true }],
  ];
  for (const [line, { method, authority = "", target, is10 = false }] of rows) {
    const { bytes, head, fault } = parse(request(HOST, line));
    equal(fault, "", line);
    equal(textOf(bytes.subarray(head.methodStart, head.methodEnd)), method, line);
    equal(textOf(bytes.subarray(head.targetStart, head.targetEnd)), target, line);
    equal(textOf(bytes.subarray(head.authorityStart, head.authorityEnd)), authority, line);
    equal(head.isHttp10, is10, line);
  }
});

Deno.test("parseRequestHead() rejects an invalid request line", () => {
  const rows: [string, number][] = [
    [" GET / HTTP/1.1", 400],
    ["GET  / HTTP/1.1", 400],
    ["GET /  HTTP/1.1", 400],
    ["GET\t/ HTTP/1.1", 400],
    ["GET / HTTP/1.1 ", 400],
    ["GET /a b HTTP/1.1", 400],
    ["GET /a#b HTTP/1.1", 400],
    ["GET /a\x00 HTTP/1.1", 400],
    ["GET /a\x7f HTTP/1.1", 400],
    ["GET /\xc3\xa9 HTTP/1.1", 400],
    ["GET /?\x80 HTTP/1.1", 400],
    ["GET /a\rb HTTP/1.1", 400],
    ["G(T / HTTP/1.1", 400],
    ["GET /", 400],
    ["GET", 400],
    ["GET / FTP/1.1", 400],
    ["GET / HTTP/1.10", 400],
    ["GET / HTTP/11.1", 400],
    ["GET / HTTP/1,1", 400],
    ["GET / HTTP/0.9", 505],
    ["GET / HTTP/1.2", 505],
    ["GET / HTTP/2.0", 505],
    ["PRI * HTTP/2.0", 505],
    ["GET * HTTP/1.1", 400],
    ["options * HTTP/1.1", 400],
    ["GET a HTTP/1.1", 400],
    ["GET ftp://h/a HTTP/1.1", 400],
    ["GET http:///a HTTP/1.1", 400],
    ["GET http://u@h/a HTTP/1.1", 400],
    ["GET http:/a HTTP/1.1", 400],
    ["CONNECT h:80 HTTP/1.1", 501],
    [`GET /${"a".repeat(31)} HTTP/1.1`, 0],
    [`GET /${"a".repeat(32)} HTTP/1.1`, 414],
  ];
  for (const [line, status] of rows) {
    equal(Number.parseInt(parse(request(HOST, line)).fault || "0"), status, JSON.stringify(line));
  }
});

Deno.test("parseRequestHead() rejects fields that two parsers could read differently", () => {
  const rows: [string, number, string][] = [
    ["Host : h\r\n", 400, "colon"],
    ["Host\t: h\r\n", 400, "colon"],
    ["Host\r\n", 400, "colon"],
    [`${HOST}: x\r\n`, 400, "name"],
    [`${HOST} X: folded\r\n`, 400, "name"],
    [`${HOST}A: b\r\n\tfolded\r\n`, 400, "name"],
    [` ${HOST}`, 400, "name"],
    [`${HOST}A: b\nC: d\r\n`, 400, "bare CR or LF"],
    [`${HOST}A: b\rC: d\r\n`, 400, "bare CR or LF"],
    [`${HOST}\rA: b\r\n`, 400, "a CR without LF"],
    [`${HOST}A: b\r\r\n`, 400, "bare CR or LF"],
    [`${HOST}A: \x00\r\n`, 400, "control character"],
    [`${HOST}A: \x1b\r\n`, 400, "control character"],
    [`${HOST}A: \x7f\r\n`, 400, "control character"],
    [`${HOST}A\x00: b\r\n`, 400, "colon"],
    [`${HOST}(A): b\r\n`, 400, "name"],
    [`${HOST}\xc3\xa9: b\r\n`, 400, "name"],
    ["", 400, "no Host"],
    [`${HOST}host: h\r\n`, 400, "more than one Host"],
    ["Host: a b\r\n", 400, "not a valid host"],
    ["Host: a/b\r\n", 400, "not a valid host"],
    ["Host: u@h\r\n", 400, "not a valid host"],
    [HOST + "A: b\r\n".repeat(MAX_FIELDS), 431, "fields"],
  ];
  for (const [fields, status, part] of rows) {
    const { fault } = parse(request(fields));
    equal(Number.parseInt(fault), status, `${JSON.stringify(fields)}: ${fault}`);
    equal(fault.includes(part), true, `${JSON.stringify(fields)}: ${fault}`);
  }
  equal(parse(request(HOST + "A: b\r\n".repeat(MAX_FIELDS - 1))).fault, "");
  equal(parse("GET /a HTTP/1.1\r\nHost: h\n\r\n").fault.startsWith("400"), true);
  equal(parse("GET /a HTTP/1.1\r\nHost: h\r\n\n").fault.startsWith("400"), true);
  equal(parse("GET /a HTTP/1.1\nHost: h\n\n").fault.startsWith("400"), true);
});

Deno.test("parseRequestHead() accepts unusual but unambiguous requests", () => {
  for (
    const fields of [
      "Host:h\r\n",
      "HOST: \t h \t\r\n",
      "Host:\r\n",
      "Host: h:80\r\n",
      `${HOST}A:\r\n`,
      `${HOST}A: \xe9\x80 \t"x"\r\n`,
      `${HOST}Content_Length: 1\r\n`,
    ]
  ) equal(parse(request(fields)).fault, "", JSON.stringify(fields));
  equal(parse(request("", "GET /a HTTP/1.0")).fault, "");
});

Deno.test("parseRequestHead() finds the framing of the body or rejects it", () => {
  const rows: [string, unknown][] = [
    ["", { type: "none" }],
    ["Content-Length: 0\r\n", { type: "none" }],
    ["content-length:\t12 \r\n", { type: "length", length: 12 }],
    ["Content-Length: 9007199254740991\r\n", { type: "length", length: 9007199254740991 }],
    ["Transfer-Encoding: chunked\r\n", { type: "chunked" }],
    ["TRANSFER-ENCODING: Chunked\r\n", { type: "chunked" }],
    ["Content-Length: 9007199254740992\r\n", 400],
    ["Content-Length: 99999999999999999999\r\n", 400],
    ["Content-Length:\r\n", 400],
    ["Content-Length: -1\r\n", 400],
    ["Content-Length: +1\r\n", 400],
    ["Content-Length: 0x1\r\n", 400],
    ["Content-Length: 1.0\r\n", 400],
    ["Content-Length: 1 1\r\n", 400],
    ["Content-Length: 1, 1\r\n", 400],
    ["Content-Length: 1,\r\n", 400],
    ["Content-Length: \xb2\r\n", 400],
    ["Content-Length: 1\r\nContent-Length: 1\r\n", 400],
    ["Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", 400],
    ["Transfer-Encoding: chunked\r\nContent-Length: 1\r\n", 400],
    ["Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 400],
    ["Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", 400],
    ["Transfer-Encoding:\r\n", 400],
    ["Transfer-Encoding: identity\r\n", 400],
    ["Transfer-Encoding: xchunked\r\n", 400],
    ["Transfer-Encoding: chunked, gzip\r\n", 400],
    ["Transfer-Encoding: gzip, chunked\r\n", 501],
    ["Transfer-Encoding: chunked, chunked\r\n", 400],
    ["Transfer-Encoding: \x0bchunked\r\n", 400],
    ["Transfer-Encoding : chunked\r\n", 400],
  ];
  for (const [fields, expected] of rows) {
    const { head, fault } = parse(request(HOST + fields, "POST /a HTTP/1.1"));
    if (typeof expected === "number") equal(Number.parseInt(fault), expected, fields);
    else deepEqual([fault, head.framing], ["", expected], fields);
  }
  const http10 = request(`${HOST}Transfer-Encoding: chunked\r\n`, "POST /a HTTP/1.0");
  equal(Number.parseInt(parse(http10).fault), 400);
});

Deno.test("parseRequestHead() finds persistence, upgrade and hop-by-hop names", () => {
  const rows: [string, string, Partial<RequestHead>][] = [
    ["1.1", "", { isPersistent: true, isUpgrade: false }],
    ["1.1", "Connection: close\r\n", { isPersistent: false }],
    ["1.1", "Connection: a, CLOSE ,\r\n", { isPersistent: false }],
    ["1.1", "Connection: keep-alive\r\nConnection: close\r\n", { isPersistent: false }],
    ["1.1", "Connection: closed\r\n", { isPersistent: true }],
    ["1.0", "", { isPersistent: false }],
    ["1.0", "Connection: Keep-Alive\r\n", { isPersistent: true }],
    ["1.1", "Connection: Upgrade\r\nUpgrade: x\r\n", { isUpgrade: true }],
    ["1.1", "Connection: Upgrade\r\n", { isUpgrade: false }],
    ["1.1", "Upgrade: x\r\n", { isUpgrade: false }],
    ["1.0", "Connection: Upgrade\r\nUpgrade: x\r\n", { isUpgrade: false }],
    ["1.1", "X-Graphand-Healthcheck: TRUE\r\n", { isHealthCheck: true }],
    ["1.1", "x-graphand-healthcheck: 1\r\n", { isHealthCheck: false }],
  ];
  for (const [version, fields, expected] of rows) {
    const { head, fault } = parse(request(HOST + fields, `GET /a HTTP/${version}`));
    equal(fault, "");
    for (const [key, value] of Object.entries(expected)) {
      equal(head[key as keyof RequestHead], value, `${version} ${fields} ${key}`);
    }
  }
});

Deno.test("parseRequestHead() keeps no state of an earlier head", () => {
  const head = createRequestHead(MAX_FIELDS);
  const read = (text: string) => {
    const bytes = bytesOf(text);
    equal(
      parseRequestHead(bytes, { start: 0, end: bytes.length }, head, { maxTargetBytes: 32 }),
      undefined,
    );
  };
  read("HEAD http://a/ HTTP/1.0\r\nContent-Length: 3\r\nConnection: keep-alive, x\r\n\r\n");
  equal(head.isHead, true);
  read("GET / HTTP/1.1\r\nHost: h\r\nX-Graphand-Healthcheck: true\r\nExpect: 100-continue\r\n\r\n");
  read(request(HOST));
  const { isHead, isHttp10, isHealthCheck, framing, connectionNames } = head;
  deepEqual({ isHead, isHttp10, isHealthCheck, framing, connectionNames }, {
    isHead: false,
    isHttp10: false,
    isHealthCheck: false,
    framing: { type: "none" },
    connectionNames: [],
  });
  equal(head.authorityEnd, head.authorityStart);
});
