import fc from "fast-check";
import {
  chunkedBody,
  fieldLine,
  mutated,
  path,
  token,
  writeChunkedBody,
  writeFields,
} from "./message_arbitrary.ts";

/** Generates one of several texts, the first one far more often than the others. */
function mostly(usual: fc.Arbitrary<string>, ...others: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof({ weight: 24, arbitrary: usual }, {
    weight: 1,
    arbitrary: fc.constantFrom(...others),
  });
}

const lineEnd = mostly(fc.constant("\r\n"), "\n", "\r", "\r\r\n", "\n\r", " \r\n", "\0\r\n");
const separator = mostly(fc.constant(" "), "  ", "\t", "\x0b", "\xa0", "", "\r\n ");

const method = mostly(
  fc.constantFrom("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "M-SEARCH"),
  ...["get", "Post", "FOO", "", "CONNECT", "PRI", "\r\nGET", "\nGET", " GET", "GE\0T"],
);

const target = mostly(
  fc.oneof(
    path,
    fc.constantFrom("/", "/a/b?c=d", "//a", "http://other:1/a", "https://[::1]/?a"),
  ),
  ...[
    "*",
    "/a#b",
    "/a b",
    "h:80",
    "a",
    "",
    "/\0",
    "/\x7f",
    "http:///a",
    "http://h",
    "http://h?a",
    "http://u@h/a",
    "ftp://h/a",
  ],
);

const version = mostly(
  fc.constantFrom("HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0"),
  ...[
    "http/1.1",
    "HTTP/1.2",
    "HTTP/2.0",
    "HTTP/0.9",
    "HTTP/1.1 ",
    "HTTP/1.01",
    "HTTP/1",
    "",
    "X/1.1",
  ],
);

/** Field lines, without line ends, that known parsers read in different ways. */
const LINES = [
  "Host: other",
  "Host : h",
  "Host:",
  "HOST:h",
  "Content-Length: 3",
  "content-length:3",
  "Content-Length : 3",
  "Content-Length\t: 3",
  " Content-Length: 3",
  "Content-Length: 03",
  "Content-Length: +3",
  "Content-Length: -3",
  "Content-Length: 3 ",
  "Content-Length: 3, 3",
  "Content-Length: 3 3",
  "Content-Length: 0x3",
  "Content-Length: ",
  "Content-Length: 18446744073709551619",
  "Content-Length\0: 3",
  "Content_Length: 3",
  "Transfer-Encoding: chunked",
  "transfer-encoding:CHUNKED",
  "Transfer-Encoding : chunked",
  "Transfer-Encoding: \tchunked\t",
  "Transfer-Encoding: \x0bchunked",
  "Transfer-Encoding: xchunked",
  "Transfer-Encoding: chunked, identity",
  "Transfer-Encoding: identity, chunked",
  "Transfer-Encoding: chunked, chunked",
  "Transfer-Encoding: chunked,",
  "Transfer-Encoding: ,chunked",
  "Transfer-Encoding: gzip",
  "Transfer-Encoding: identity",
  'Transfer-Encoding: "chunked"',
  "Transfer-Encoding: chunked;a",
  "Transfer-Encoding:",
  "Transfer-Encoding\r\n: chunked",
  "X: a\r\n Transfer-Encoding: chunked",
  "X: a\rTransfer-Encoding: chunked",
  "X: a\nTransfer-Encoding: chunked",
  "X: a\0Transfer-Encoding: chunked",
  "Connection: close",
  "Connection: keep-alive",
  "Connection: keep-alive, close",
  "Connection: close, x",
  "Connection: x, CLOSE",
  "Connection: closed",
  "Connection: not-close",
  "Connection: ,close,",
  "Connection:close",
  "Connection: \tclose\t",
  "Connection: c lose",
  "Connection: Upgrade",
  "Connection: upgrade, close",
  "Connection: content-length, transfer-encoding",
  "Proxy-Connection: close",
  "Upgrade: x",
  "Upgrade: h2c",
  "Expect: 100-continue",
  "Expect: x",
  "TE: chunked",
  "Trailer: X",
  "Keep-Alive: timeout=1",
  "X: ",
  "X:",
  "X",
  ": x",
  "X:\x01",
  "X: \x7f",
  "X: \xe9\xff",
  "X\xe9: x",
  "X Y: z",
  "X: a\r\n b",
  "X: a\r\n\tb",
  "",
];

const oneLine = fc.oneof(
  { weight: 2, arbitrary: fieldLine.map((line) => writeFields([line]).slice(0, -2)) },
  { weight: 1, arbitrary: fc.constantFrom(...LINES) },
);

/** Generates a body and the field line that declares it. */
const body = fc.oneof(
  { weight: 2, arbitrary: fc.constant(["X-None: 1", ""] as const) },
  fc.tuple(fc.constantFrom(3, 12, 200), fc.constantFrom(0, 0, 0, 0, -1, 1, 9)).map((
    [length, more],
  ) => [`Content-Length: ${length}`, "\r\n0\r\n\r\n".repeat(40).slice(0, length + more)] as const),
  fc.tuple(
    fc.constantFrom("Transfer-Encoding: chunked", "transfer-encoding:\tChunked "),
    fc.oneof(
      { weight: 2, arbitrary: chunkedBody.map(writeChunkedBody) },
      { weight: 1, arbitrary: mutated(chunkedBody.map(writeChunkedBody)) },
    ),
  ),
);

const request = fc.record({
  first: fc.tuple(method, separator, target, separator, version),
  host: mostly(fc.constant("Host: h"), "Host: h:80", "X-Host: h", "Host:", "Host: h\r\nHost: h"),
  lines: fc.array(oneLine, { maxLength: 3 }),
  body,
  ends: fc.array(lineEnd, { minLength: 7, maxLength: 7 }),
  before: mostly(fc.constant(""), "\r\n", "\r\n\r\n", "\n", "\r", " "),
}).map(({ first, host, lines, body: [announced, data], ends, before }) => {
  const head = [first.join(""), host, ...lines, announced, ""];
  return before + head.map((line, index) => line + ends[index]).join("") + data;
});

const clean = fc.tuple(
  fc.constantFrom("GET", "POST", "PUT"),
  mostly(path, "/\xc3\xa9"),
  fc.array(fieldLine, { maxLength: 3 }),
  body,
).map(([verb, to, fields, [announced, data]]) =>
  `${verb} ${to} HTTP/1.1\r\nHost: h\r\n${writeFields(fields)}${announced}\r\n\r\n${data}`
);

/** Generates a few adjacent requests, some of them ambiguous. */
export const ambiguousRequests: fc.Arbitrary<string> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: request },
    { weight: 1, arbitrary: clean },
    { weight: 1, arbitrary: mutated(clean) },
    {
      weight: 1,
      arbitrary: token.map((name) => `GET / HTTP/1.1\r\nHost: h\r\n${name}: x\r\n\r\n`),
    },
  ),
  { minLength: 1, maxLength: 3 },
).map((texts) => texts.join(""));
