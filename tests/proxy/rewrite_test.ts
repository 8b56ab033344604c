import { deepEqual, equal, match } from "node:assert/strict";
import { HeadWriter } from "../../lib/proxy/http1/head_writer.ts";
import { peerOf } from "../../lib/proxy/peer.ts";
import { createRequestHead, parseRequestHead } from "../../lib/proxy/http1/request_head.ts";
import { createResponseHead, parseResponseHead } from "../../lib/proxy/http1/response_head.ts";
import {
  isPlainResponse,
  type ResponseRewrite,
  writeRequestHead,
  writeResponseHead,
  writeWithVia,
} from "../../lib/proxy/rewrite.ts";
import { RouteTable } from "../../lib/proxy/route_table.ts";
import { routeTarget } from "../../lib/proxy/target.ts";
import { contextOf } from "./fake_connection.ts";
import { bytesOf, textOf } from "./harness.ts";

/** The request head that a function gets for `text`. */
function forward(
  text: string,
  { isTrusted = false, keepPrefix = false, via = false } = {},
): string {
  const bytes = bytesOf(text);
  const head = createRequestHead(32);
  const fault = parseRequestHead(bytes, { start: 0, end: bytes.length }, head, {
    maxTargetBytes: 999,
  });
  equal(fault, undefined, text);
  const { rawPrefix, restStart } = routeTarget(head, contextOf(new RouteTable()));
  const writer = new HeadWriter(8);
  const count = writeRequestHead(writer, head, {
    restStart: keepPrefix ? head.targetStart : restStart,
    rawPrefix: keepPrefix ? "" : rawPrefix,
    peer: peerOf("192.0.2.1", { proto: "http", isTrusted: () => isTrusted }),
    clientBytes: bytesOf("192.0.2.1:4711"),
    requestId: "id",
    upstreamHost: "10.0.0.1:8000",
    via,
  });
  const written = textOf(writer.written);
  // The request line and the empty line are no fields.
  equal(count, written.split("\r\n").length - 3, "the number of fields");
  return written;
}

const CLIENT = "X-Deno-Client-Address: 192.0.2.1:4711\r\n";

/** The fields that the proxy adds. */
const added = (host = "h", prefix = "/name") =>
  `X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Host: ${host}\r\nX-Forwarded-Proto: http\r\n` +
  `X-Forwarded-Prefix: ${prefix}\r\n${CLIENT}X-Request-Id: id\r\n\r\n`;

Deno.test("writeRequestHead() passes no cookie of the page to a function", () => {
  const get = (cookie: string): string =>
    forward(`GET /name/_ui/x HTTP/1.1\r\nHost: h\r\nA: b\r\n${cookie}B: c\r\n\r\n`);
  const without = get("");
  for (
    const line of ["Cookie: a=1; ddsrv-ui-9998=s", "cookie:ddsrv-ui-1=s", "COOKIE: xddsrv-ui-=s"]
  ) {
    equal(get(`${line}\r\n`), without, line);
  }
  for (const line of ["Cookie: a=1; ddsrv=s; ddsrv-ui", "Cookie: ", "X-Cooki: ddsrv-ui-1=s"]) {
    match(get(`${line}\r\n`), new RegExp(`\r\nA: b\r\n${line}\r\nB: c\r\n`), line);
  }
});

Deno.test("writeRequestHead() strips the prefix and keeps the rest byte for byte", () => {
  const rows: [string, string, string][] = [
    ["/name", "/", "/name"],
    ["/name/", "/", "/name"],
    ["/name?x", "/?x", "/name"],
    ["/name?", "/?", "/name"],
    ["/name/?x", "/?x", "/name"],
    ["/name//a/../b/./%2e%2E/", "//a/../b/./%2e%2E/", "/name"],
    ["/name/%c3%A9?a=%20+&a=/name/&&=", "/%c3%A9?a=%20+&a=/name/&&=", "/name"],
    ["/n%61me/a", "/a", "/n%61me"],
    ["/name/name/name", "/name/name", "/name"],
  ];
  for (const [target, rest, prefix] of rows) {
    equal(
      forward(`GET ${target} HTTP/1.1\r\nHost: h\r\n\r\n`),
      `GET ${rest} HTTP/1.1\r\nHost: h\r\n${added("h", prefix)}`,
    );
  }
});

Deno.test("writeRequestHead() writes a path or an asterisk for a target without a path", () => {
  const rows: [string, string][] = [
    ["GET http://h", "GET /"],
    ["GET http://h?a=b/c", "GET /?a=b/c"],
    ["GET http://h?", "GET /?"],
    ["OPTIONS http://h", "OPTIONS *"],
    ["OPTIONS http://h?a", "OPTIONS /?a"],
    ["OPTIONS http://h/", "OPTIONS /"],
    ["OPTIONS *", "OPTIONS *"],
  ];
  for (const [sent, seen] of rows) {
    const [line] = forward(`${sent} HTTP/1.1\r\nHost: h\r\n\r\n`, { keepPrefix: true }).split(
      "\r\n",
    );
    equal(line, `${seen} HTTP/1.1`);
  }
});

Deno.test("writeRequestHead() adds a Via field behind those of the client, and counts all", () => {
  equal(
    forward("GET /name HTTP/1.1\r\nHost: h\r\nVia: 1.0 a, 2 b\r\nA: b\r\n\r\n", { via: true }),
    `GET / HTTP/1.1\r\nHost: h\r\nVia: 1.0 a, 2 b\r\nA: b\r\nVia: 1.1 ddsrv\r\n${added()}`,
  );
  match(forward("GET /name HTTP/1.0\r\n\r\n", { via: true }), /\r\nVia: 1.0 ddsrv\r\n/);
});

Deno.test("writeRequestHead() always writes a Host", () => {
  equal(
    forward("GET http://other:1/name/a HTTP/1.1\r\nA: b\r\nHost: h\r\nC: d\r\n\r\n"),
    `GET /a HTTP/1.1\r\nHost: other:1\r\nA: b\r\nC: d\r\n${added("other:1")}`,
  );
  equal(
    forward("GET /name/a HTTP/1.0\r\nHost: h\r\n\r\n"),
    `GET /a HTTP/1.1\r\nHost: h\r\n${added()}`,
  );
  // RFC 9112, section 3.2: HTTP/1.1 requires it, and so do servers.
  equal(
    forward("GET /name/a HTTP/1.0\r\nA: b\r\n\r\n"),
    `GET /a HTTP/1.1\r\nHost: 10.0.0.1:8000\r\nA: b\r\n${added("")}`,
  );
});

Deno.test("writeRequestHead() drops hop-by-hop fields and untrusted forwarding fields", () => {
  const rows: [string, string][] = [
    ["A: 1\r\na: 2\r\nA:\t3 \r\n", "A: 1\r\na: 2\r\nA:\t3 \r\n"],
    ["Cookie: a=\xe9; b\r\nX: \r\n", "Cookie: a=\xe9; b\r\nX: \r\n"],
    ["Keep-Alive: 5\r\nA: b\r\nTE: trailers\r\nProxy-Connection: x\r\n", "A: b\r\n"],
    ["Proxy-Authorization: x\r\nAuthorization: y\r\n", "Authorization: y\r\n"],
    ["Connection: close, X-One,,x-TWO\r\nX-One: 1\r\nX-Three: 3\r\nX-Two: 2\r\n", "X-Three: 3\r\n"],
    [
      "Connection: x-a\r\nX-A: 1\r\nConnection: X-B\r\nX-B: 1\r\nx-a: 2\r\nX-AB: 3\r\n",
      "X-AB: 3\r\n",
    ],
    [
      "Connection: content-length, host, expect\r\nContent-Length: 3\r\nExpect: 100-continue\r\n",
      "Content-Length: 3\r\nExpect: 100-continue\r\n",
    ],
    [
      "Connection: transfer-encoding\r\nTransfer-Encoding: chunked\r\nTrailer: a\r\n",
      "Transfer-Encoding: chunked\r\nTrailer: a\r\n",
    ],
    ["Connection: x-forwarded-for, x-request-id\r\nX-Forwarded-For: 6.6.6.6\r\n", ""],
    ["x-forwarded-for: 6.6.6.6\r\nX-FORWARDED-PROTO: https\r\nX-Forwarded-Host: e\r\n", ""],
    ["X-Forwarded-Prefix: /e\r\nX-Request-Id: e\r\nX-Forwarded-For: a\r\n", ""],
    ["Forwarded: for=6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\nx-forwarded-port: 1\r\n", ""],
    ["X-Deno-Client-Address: 6.6.6.6:1\r\nx-deno-client-address: x\r\n", ""],
    ["Connection: x-deno-client-address\r\nX-Deno-Client-Address: 6.6.6.6:1\r\n", ""],
    ["Upgrade: websocket\r\n", ""],
    ["Connection: upgrade\r\n", ""],
    [
      "Connection: keep-alive, Upgrade, X-A\r\nX-A: b\r\nUpgrade: websocket\r\n",
      "Upgrade: websocket\r\nConnection: Upgrade\r\n",
    ],
  ];
  for (const [sent, seen] of rows) {
    equal(
      forward(`GET /name/a HTTP/1.1\r\nHost: h\r\n${sent}\r\n`),
      `GET /a HTTP/1.1\r\nHost: h\r\n${seen}${added()}`,
    );
  }
});

Deno.test("writeRequestHead() extends the forwarding fields of a trusted peer", () => {
  const rows: [string, string][] = [
    ["", added()],
    [
      "X-Forwarded-For: 6.6.6.6, ::1\r\nA: b\r\nX-Forwarded-For: 7.7.7.7\r\n",
      `A: b\r\n${added().replace("192.0.2.1", "6.6.6.6, ::1, 7.7.7.7, 192.0.2.1")}`,
    ],
    ["X-Forwarded-For:\r\n", added()],
    [
      "x-forwarded-host: e\r\nX-FORWARDED-PROTO: https\r\nX-Request-Id: e\r\n",
      "x-forwarded-host: e\r\nX-FORWARDED-PROTO: https\r\nX-Forwarded-For: 192.0.2.1\r\n" +
      `X-Forwarded-Prefix: /name\r\n${CLIENT}X-Request-Id: id\r\n\r\n`,
    ],
    ["X-Forwarded-Prefix: /outer/\r\n", added("h", "/outer/name")],
    ["X-Deno-Client-Address: 6.6.6.6:1\r\n", added()],
    ["Forwarded: for=a\r\nX-Real-IP: b\r\n", `Forwarded: for=a\r\nX-Real-IP: b\r\n${added()}`],
  ];
  for (const [sent, seen] of rows) {
    equal(
      forward(`GET /name/a HTTP/1.1\r\nHost: h\r\n${sent}\r\n`, { isTrusted: true }),
      `GET /a HTTP/1.1\r\nHost: h\r\n${seen}`,
    );
  }
});

Deno.test("writeRequestHead() writes no X-Forwarded-Prefix if it keeps the prefix", () => {
  const request = (fields: string): string => `GET /name/a?b HTTP/1.1\r\nHost: h\r\n${fields}\r\n`;
  const rest = added().replace("X-Forwarded-Prefix: /name\r\n", "");
  equal(
    forward(request("X-Forwarded-Prefix: /e\r\n"), { keepPrefix: true }),
    `GET /name/a?b HTTP/1.1\r\nHost: h\r\n${rest}`,
  );
  equal(
    forward(request("X-Forwarded-Prefix: /e\r\n"), { keepPrefix: true, isTrusted: true }),
    `GET /name/a?b HTTP/1.1\r\nHost: h\r\n${added("h", "/e")}`,
  );
});

const PLAIN: ResponseRewrite = {
  isForHttp10: false,
  isPersistent: true,
  isRechunked: false,
  isDechunked: false,
  via: false,
};

/** The response head that a client gets for `text`, and whether it is forwarded unchanged. */
function answer(text: string, rewrite: Partial<ResponseRewrite>): [string, boolean] {
  const bytes = bytesOf(text);
  const head = createResponseHead(32);
  const range = { start: 0, end: bytes.length, isForHead: false };
  equal(parseResponseHead(bytes, range, head), undefined, text);
  const writer = new HeadWriter(8);
  writeResponseHead(writer, head, { ...PLAIN, ...rewrite });
  return [textOf(writer.written), isPlainResponse(head, { ...PLAIN, ...rewrite })];
}

Deno.test("writeResponseHead() keeps end-to-end fields unchanged", () => {
  const text = "HTTP/1.1 200 F\xefne\r\nset-cookie: a=1\r\nSET-Cookie: b=2; Path=/\r\nDate: x\r\n" +
    "Set-Cookie:c=3 \r\nContent-Length: 0\r\nSet-Cookie: a=1\r\n\r\n";
  const [head, isPlain] = answer(text, {});
  equal(head, text);
  equal(isPlain, true);
  for (const status of ["304 x\r\nContent-Length: 9", "205 x\r\nContent-Length: 0"]) {
    deepEqual(answer(`HTTP/1.1 ${status}\r\n\r\n`, {}), [`HTTP/1.1 ${status}\r\n\r\n`, true]);
  }
});

Deno.test("writeResponseHead() and writeWithVia() add a Via field behind those of the function", () => {
  const text = "HTTP/1.1 200 OK\r\nVia: 1.0 a\r\nContent-Length: 0\r\n\r\n";
  const expected = text.replace("0\r\n\r\n", "0\r\nVia: 1.1 ddsrv\r\n\r\n");
  deepEqual(answer(text, { via: true }), [expected, true]);
  const bytes = bytesOf(text);
  const head = createResponseHead(32);
  parseResponseHead(bytes, { start: 0, end: bytes.length, isForHead: false }, head);
  const writer = new HeadWriter(8);
  writeWithVia(writer, head);
  equal(textOf(writer.written), expected);
  const old = answer("HTTP/1.0 200 OK\r\n\r\n", { via: true, isRechunked: true });
  equal(old[0], "HTTP/1.1 200 OK\r\nVia: 1.0 ddsrv\r\nTransfer-Encoding: chunked\r\n\r\n");
});

Deno.test("writeResponseHead() rewrites hop-by-hop fields", () => {
  const length = "Content-Length: 2\r\n";
  const chunked = "Transfer-Encoding: chunked\r\n";
  const rows: [string, Partial<ResponseRewrite>, string][] = [
    [
      `1 200 OK\r\n${length}`,
      { isPersistent: false },
      `1 200 OK\r\n${length}Connection: close\r\n`,
    ],
    [`0 200 OK\r\n${length}`, {}, `1 200 OK\r\n${length}`],
    [
      `1 200 OK\r\nConnection: close\r\n${length}Keep-Alive: timeout=5\r\n`,
      {},
      `1 200 OK\r\n${length}`,
    ],
    [`1 200\r\nA: b\r\nConnection: a, content-length\r\n${length}`, {}, `1 200\r\n${length}`],
    [
      `1 200 OK\r\n${length}`,
      { isForHttp10: true },
      `1 200 OK\r\n${length}Connection: keep-alive\r\n`,
    ],
    [`1 200 OK\r\nA: b\r\n`, { isRechunked: true }, `1 200 OK\r\nA: b\r\n${chunked}`],
    [
      `1 200 OK\r\n${chunked}A: b\r\n`,
      { isDechunked: true, isForHttp10: true, isPersistent: false },
      "1 200 OK\r\nA: b\r\nConnection: close\r\n",
    ],
    // No length for these, and no odd white space for the fields that frame a message.
    ["1 204 x\r\nA: b\r\nContent-Length: 0\r\n", {}, "1 204 x\r\nA: b\r\n"],
    ["1 103 x\r\nContent-Length: 0\r\nA: b\r\n", {}, "1 103 x\r\nA: b\r\n"],
    [
      "1 101 x\r\nUpgrade: x\r\nContent-Length: 0\r\n",
      {},
      "1 101 x\r\nUpgrade: x\r\nConnection: Upgrade\r\n",
    ],
    ["1 200 x\r\nA:\tb \r\nContent-Length:\t2\r\n", {}, `1 200 x\r\nA:\tb \r\n${length}`],
    ["1 200 x\r\nContent-Length: 2 \r\nA: b\r\n", {}, `1 200 x\r\n${length}A: b\r\n`],
    ["1 200 x\r\nTransfer-Encoding:  chunked\r\n", {}, `1 200 x\r\n${chunked}`],
    ["1 200 OK\r\nUpgrade: h2c\r\nContent-Length: 0\r\n", {}, "1 200 OK\r\nContent-Length: 0\r\n"],
    [
      "1 426 x\r\nUpgrade: h2c\r\nContent-Length: 0\r\n",
      {},
      "1 426 x\r\nUpgrade: h2c\r\nContent-Length: 0\r\n",
    ],
    [
      "1 101 x\r\nconnection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: y\r\n",
      { isPersistent: false },
      "1 101 x\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: y\r\nConnection: Upgrade\r\n",
    ],
  ];
  for (const [sent, rewrite, seen] of rows) {
    const [head, isPlain] = answer(`HTTP/1.${sent}\r\n`, rewrite);
    equal(head, `HTTP/1.${seen}\r\n`);
    equal(isPlain, false, sent);
  }
});
