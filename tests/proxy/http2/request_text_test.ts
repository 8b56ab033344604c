import { deepEqual, equal } from "node:assert/strict";
import { toRequestText, toTrailerText } from "../../../lib/proxy/http2/request_text.ts";
import type { Field } from "../../../lib/proxy/http2/static_table.ts";

const webSocketKey = (): string => "KEY";

const GET: readonly Field[] = [
  [":method", "GET"],
  [":scheme", "https"],
  [":authority", "h"],
  [":path", "/x"],
];

const CONNECT: readonly Field[] = [
  [":method", "CONNECT"],
  [":protocol", "websocket"],
  ...GET.slice(1),
];

function replaced(name: string, value: string | undefined): Field[] {
  return GET.flatMap(([one, old]) => {
    if (one !== name) return [[one, old] as const];
    return value === undefined ? [] : [[one, value] as const];
  });
}

const WRITTEN: Readonly<Record<string, readonly [readonly Field[], boolean, string]>> = {
  "a request without a body": [GET, true, "GET /x HTTP/1.1\r\nhost: h\r\n\r\n"],
  "the order of fields, cookies as one field, and te": [
    [...GET, ["b", "2"], ["cookie", "x"], ["a", "1"], ["te", "trailers"], ["cookie", "y"]],
    true,
    "GET /x HTTP/1.1\r\nhost: h\r\nb: 2\r\na: 1\r\nte: trailers\r\ncookie: x; y\r\n\r\n",
  ],
  "a body with a length": [
    [...GET, ["content-length", "5"]],
    false,
    "GET /x HTTP/1.1\r\nhost: h\r\ncontent-length: 5\r\n\r\n",
  ],
  "a body without a length": [
    GET,
    false,
    "GET /x HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n",
  ],
  "host in place of :authority": [
    [...replaced(":authority", undefined), ["host", "other"]],
    true,
    "GET /x HTTP/1.1\r\nhost: other\r\n\r\n",
  ],
  "OPTIONS of the whole server": [
    [[":method", "OPTIONS"], ...replaced(":path", "*").slice(1)],
    true,
    "OPTIONS * HTTP/1.1\r\nhost: h\r\n\r\n",
  ],
  "CONNECT, which the rules of HTTP/1.1 refuse": [
    [[":method", "CONNECT"], [":authority", "h:1"]],
    true,
    "CONNECT h:1 HTTP/1.1\r\nhost: h:1\r\n\r\n",
  ],
  "a WebSocket": [
    CONNECT,
    false,
    "GET /x HTTP/1.1\r\nhost: h\r\nupgrade: websocket\r\nconnection: upgrade\r\n" +
    "sec-websocket-key: KEY\r\n\r\n",
  ],
  "a WebSocket with a key of its own": [
    [...CONNECT, ["sec-websocket-key", "evil"]],
    false,
    "GET /x HTTP/1.1\r\nhost: h\r\nupgrade: websocket\r\nconnection: upgrade\r\n" +
    "sec-websocket-key: KEY\r\n\r\n",
  ],
  "two lengths, which the rules of HTTP/1.1 refuse": [
    [...GET, ["content-length", "5"], ["content-length", "6"]],
    false,
    "GET /x HTTP/1.1\r\nhost: h\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n",
  ],
};

for (const [name, [fields, isEnded, head]] of Object.entries(WRITTEN)) {
  Deno.test(`toRequestText() writes ${name}`, () => {
    const request = toRequestText(fields, { isEnded, webSocketKey });
    equal(request.type === "request" ? request.head : request.reason, head);
  });
}

const MALFORMED: Readonly<Record<string, readonly Field[]>> = {
  "no field": [],
  "no method": replaced(":method", undefined),
  "no path": replaced(":path", undefined),
  "no scheme": replaced(":scheme", undefined),
  "no authority": replaced(":authority", undefined),
  "an empty path": replaced(":path", ""),
  "an empty authority": replaced(":authority", ""),
  "a path that is no path": replaced(":path", "x"),
  "an absolute path": replaced(":path", "https://h/x"),
  "a path of the whole server with GET": replaced(":path", "*"),
  "a path with a second request": replaced(":path", "/ HTTP/1.1\r\nhost: evil\r\n\r\n"),
  "a path with a space": replaced(":path", "/a b"),
  "a path with a fragment": replaced(":path", "/a#b"),
  "a method with a space": replaced(":method", "GET /y HTTP/1.1\r\nx:"),
  "an authority with a line end": replaced(":authority", "h\r\nx: y"),
  "another scheme": replaced(":scheme", "ftp"),
  "an unknown pseudo-field": [...GET, [":status", "200"]],
  "a pseudo-field twice": [...GET, [":path", "/y"]],
  "a pseudo-field after a field": [...GET.slice(1), ["a", "b"], [":method", "GET"]],
  "a name in upper case": [...GET, ["A", "b"]],
  "an empty name": [...GET, ["", "b"]],
  "a name with a colon": [...GET, ["a:b", "c"]],
  "a name with a space": [...GET, ["a ", "c"]],
  "a name with a line end": [...GET, ["a\r\nb", "c"]],
  "a value with CR": [...GET, ["a", "b\rc"]],
  "a value with LF": [...GET, ["a", "b\nc: d"]],
  "a value with NUL": [...GET, ["a", "b\0"]],
  "a value with a space before it": [...GET, ["a", " b"]],
  "a value with a tab after it": [...GET, ["a", "b\t"]],
  "a cookie with a line end": [...GET, ["cookie", "a\r\nb: c"]],
  "connection": [...GET, ["connection", "close"]],
  "keep-alive": [...GET, ["keep-alive", "1"]],
  "proxy-connection": [...GET, ["proxy-connection", "x"]],
  "transfer-encoding": [...GET, ["transfer-encoding", "chunked"]],
  "upgrade": [...GET, ["upgrade", "websocket"]],
  "te with another value": [...GET, ["te", "gzip"]],
  "a host that differs": [...GET, ["host", "evil"]],
  "two hosts": [...replaced(":authority", undefined), ["host", "a"], ["host", "a"]],
  "a length without a body": [...GET, ["content-length", "1"]],
  "a protocol without CONNECT": [...GET, [":protocol", "websocket"]],
  "a protocol that is no name": [[":method", "CONNECT"], [":protocol", "a\r\nb"], ...GET.slice(1)],
  "a tunnel with a length": [...CONNECT, ["content-length", "0"]],
  "CONNECT with a path": [[":method", "CONNECT"], ...GET.slice(1)],
};

for (const [name, fields] of Object.entries(MALFORMED)) {
  Deno.test(`toRequestText() refuses ${name}`, () => {
    equal(toRequestText(fields, { isEnded: true, webSocketKey }).type, "malformed");
  });
}

Deno.test("toTrailerText() writes lines, and refuses pseudo-fields and line ends", () => {
  deepEqual(toTrailerText([["a", "1"], ["b", ""]]), { type: "trailers", lines: "a: 1\r\nb: \r\n" });
  for (const field of [[":path", "/"], ["a", "b\r\n"], ["connection", "x"], ["A", "b"]] as const) {
    equal(toTrailerText([field]).type, "malformed");
  }
});
