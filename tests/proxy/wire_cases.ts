// This file is long because one table is easier to read and search.

/** Input bytes and the expected result. One character per byte. */
export interface WireCase {
  readonly name: string;
  readonly request: string;
  /** Status of the response, or of each response to pipelined requests. */
  readonly status: number | readonly number[];
  /**
   * All bytes that the function may get, with `ID` for the request id and `UPSTREAM` for its address;
   * `null`: not one byte.
   */
  readonly upstream: string | null;
  /** `upstream` ends at the first invalid byte: the function may get less of it, but not more. */
  readonly isCut: boolean;
  /** True if the connection must close after the last response. */
  readonly isClosed: boolean;
}

/** Limits that the cases assume. */
export const WIRE_LIMITS = { maxHeadBytes: 1_024, maxTargetBytes: 256, maxFields: 16 } as const;

/** A request that must never be served from within a body or after a rejected request. */
const SMUGGLED = "GET /app/smuggled HTTP/1.1\r\nHost: h\r\n\r\n";

/** Fields that the proxy adds after the client's fields. */
const added = (host = "h", prefix = "/app"): string =>
  `Via: 1.1 ddsrv\r\nX-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Host: ${host}\r\nX-Forwarded-Proto: http\r\n` +
  `X-Forwarded-Prefix: ${prefix}\r\nX-Deno-Client-Address: 127.0.0.1:PORT\r\n` +
  "X-Request-Id: ID\r\n\r\n";

const lines = (fields: string): string => fields === "" ? "" : `${fields}\r\n`;
/** A head with a request line, a Host and further fields. */
const withLine = (line: string, fields = ""): string =>
  `${line}\r\nHost: h\r\n${lines(fields)}\r\n`;
const get = (target: string, fields = ""): string => withLine(`GET ${target} HTTP/1.1`, fields);
/** A head with exactly these fields. */
const bare = (fields: string): string => `GET /app HTTP/1.1\r\n${lines(fields)}\r\n`;
const post = (fields: string, body = ""): string => withLine("POST /app HTTP/1.1", fields) + body;
const chunked = (body: string): string => post("Transfer-Encoding: chunked", body);

/** The same heads as the function gets them. */
const seenLine = (line: string, fields = ""): string =>
  `${line} HTTP/1.1\r\nHost: h\r\n${lines(fields)}${added()}`;
const seen = (target: string, fields = ""): string => seenLine(`GET ${target}`, fields);
const seenPost = (fields: string, body = ""): string => seenLine("POST /", fields) + body;
const seenChunked = (body: string): string => seenPost("Transfer-Encoding: chunked", body);

/** The same if the request came with HTTP/1.0. */
const from10 = (upstream: string): string => upstream.replace("Via: 1.1 ", "Via: 1.0 ");

type Rows<Row> = Readonly<Record<string, Row>>;

/** Rejected: the connection closes, and nothing reaches the function. */
function refused(status: number, rows: Rows<string>): WireCase[] {
  return Object.entries(rows).map(([name, request]) => ({
    name,
    request: request + SMUGGLED,
    status,
    upstream: null,
    isCut: false,
    isClosed: true,
  }));
}

/** Rejected within a chunked body, at the first byte of the second part. */
function refusedBodies(rows: Rows<readonly [right: string, wrong: string]>): WireCase[] {
  return Object.entries(rows).map(([name, [right, wrong]]) => ({
    name,
    request: chunked(right + wrong) + SMUGGLED,
    status: 400,
    upstream: seenChunked(right),
    isCut: true,
    isClosed: true,
  }));
}

/** Answered by the proxy itself, which then serves the next request. */
function answered(status: number, rows: Rows<string>): WireCase[] {
  return Object.entries(rows).map(([name, request]) => ({
    name,
    request,
    status,
    upstream: null,
    isCut: false,
    isClosed: false,
  }));
}

/** Forwarded as the second text. */
function passed(rows: Rows<readonly [request: string, upstream: string]>): WireCase[] {
  return Object.entries(rows).map(([name, [request, upstream]]) => ({
    name,
    request,
    status: 200,
    upstream,
    isCut: false,
    isClosed: false,
  }));
}

/** Forwarded with the first fields rewritten to the second; the rest of the head stays. */
function passedFields(rows: Rows<readonly [sent: string, seen: string]>): WireCase[] {
  return passed(Object.fromEntries(
    Object.entries(rows).map(([name, row]) => [name, [get("/app", row[0]), seen("/", row[1])]]),
  ));
}

/** Forwarded with a chunked body that stays byte for byte. */
function passedBodies(rows: Rows<string>): WireCase[] {
  return passed(Object.fromEntries(
    Object.entries(rows).map(([name, body]) => [name, [chunked(body), seenChunked(body)]]),
  ));
}

/** Several requests in one write. */
function pipelined(
  rows: Rows<
    readonly [request: string, status: readonly number[], upstream: string, isClosed: boolean]
  >,
): WireCase[] {
  return Object.entries(rows).map(([name, [request, status, upstream, isClosed]]) => ({
    name,
    request,
    status,
    upstream,
    isCut: false,
    isClosed,
  }));
}

/** A field that makes a head `total` bytes long, including the empty line. */
function padding(before: string, total: number): string {
  return `X: ${"a".repeat(total - before.length - "X: \r\n\r\n".length)}`;
}

const { maxHeadBytes, maxTargetBytes, maxFields } = WIRE_LIMITS;
/** With `Host` and those that the proxy adds, these are the maximum. */
const ADDED_FIELDS = added().split("\r\n").length - 2;
const MANY = Array.from({ length: maxFields - 1 - ADDED_FIELDS }, (_, index) => `X-${index}: a`)
  .join("\r\n");
const LONG_TARGET = `/app/${"a".repeat(maxTargetBytes - "/app/".length)}`;
const HOST_LINE = "GET /app HTTP/1.1\r\nHost: h\r\n";
const NAMES = Array.from({ length: 32 }, (_, index) => `n${index}`).join(",");

/** All cases, with unique names. */
export const WIRE_CASES: readonly WireCase[] = [
  // Ambiguous framing.
  ...refused(400, {
    "CL.TE": post("Content-Length: 6\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
    "TE.CL": post("Transfer-Encoding: chunked\r\nContent-Length: 5", "0\r\n\r\n"),
    "CL.TE with a length of zero": post("Content-Length: 0\r\nTransfer-Encoding: chunked"),
    "CL.TE with Connection: content-length": post(
      "Connection: content-length\r\nContent-Length: 6\r\nTransfer-Encoding: chunked",
    ),
    "TE.TE, the same": post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
    "TE.TE, chunked and identity": post(
      "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
    ),
    "TE.TE, gzip and chunked": post("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked"),
    "TE.TE, in another case": post("Transfer-Encoding: chunked\r\ntransfer-encoding: x"),
    "a space before the colon of Transfer-Encoding": post("Transfer-Encoding : chunked"),
    "a tab before the colon of Transfer-Encoding": post("Transfer-Encoding\t: chunked"),
    "a vertical tab before chunked": post("Transfer-Encoding: \x0bchunked"),
    "a form feed before chunked": post("Transfer-Encoding: \x0cchunked"),
    "a vertical tab after chunked": post("Transfer-Encoding: chunked\x0b"),
    "a NUL after chunked": post("Transfer-Encoding: chunked\x00"),
    "a CR before chunked": post("Transfer-Encoding: \rchunked"),
    "a LF before chunked": post("Transfer-Encoding:\n chunked"),
    "a no-break space before chunked": post("Transfer-Encoding: \xa0chunked"),
    "xchunked": post("Transfer-Encoding: xchunked"),
    "chunkedx": post("Transfer-Encoding: chunkedx"),
    "x chunked": post("Transfer-Encoding: x chunked"),
    "chunk": post("Transfer-Encoding: chunk"),
    "chunked in quotes": post('Transfer-Encoding: "chunked"'),
    "chunked with a parameter": post("Transfer-Encoding: chunked;q=1"),
    "chunked with an empty member after": post("Transfer-Encoding: chunked,"),
    "chunked with an empty member before": post("Transfer-Encoding: ,chunked"),
    "chunked, identity": post("Transfer-Encoding: chunked, identity"),
    "chunked, chunked": post("Transfer-Encoding: chunked, chunked"),
    "chunked, gzip": post("Transfer-Encoding: chunked, gzip"),
    "chunked, gzip, chunked": post("Transfer-Encoding: chunked, gzip, chunked"),
    "identity": post("Transfer-Encoding: identity"),
    "gzip": post("Transfer-Encoding: gzip"),
    "no coding": post("Transfer-Encoding:"),
    "a blank coding": post("Transfer-Encoding: \t "),
    "Transfer-Encoding in HTTP/1.0": withLine("POST /app HTTP/1.0", "Transfer-Encoding: chunked"),
    "Transfer-Encoding in HTTP/1.0 with a length": withLine(
      "POST /app HTTP/1.0",
      "Content-Length: 0\r\nTransfer-Encoding: chunked",
    ),
  }),
  ...refused(501, {
    "gzip, chunked": post("Transfer-Encoding: gzip, chunked", "0\r\n\r\n"),
    "deflate ,\tCHUNKED": post("Transfer-Encoding: deflate ,\tCHUNKED", "0\r\n\r\n"),
    "identity, chunked": post("Transfer-Encoding: identity, chunked", "0\r\n\r\n"),
  }),
  ...passed({
    "chunked in upper case": [
      post("TRANSFER-ENCODING: CHUNKED", "0\r\n\r\n"),
      seenPost("TRANSFER-ENCODING: CHUNKED", "0\r\n\r\n"),
    ],
    "chunked between tabs": [
      post("A: b\r\nTransfer-Encoding:\tchunked\t\r\nC: d", "0\r\n\r\n"),
      seenPost("A: b\r\nTransfer-Encoding: chunked\r\nC: d", "0\r\n\r\n"),
    ],
    "chunked after two spaces": [
      post("transfer-encoding:  CHUNKED", "0\r\n\r\n"),
      seenPost("transfer-encoding: CHUNKED", "0\r\n\r\n"),
    ],
    "chunked right after the colon": [
      post("Transfer-Encoding:chunked", "0\r\n\r\n"),
      seenPost("Transfer-Encoding:chunked", "0\r\n\r\n"),
    ],
    "chunked with GET": [
      get("/app", "Transfer-Encoding: chunked") + "1\r\nx\r\n0\r\n\r\n",
      seen("/", "Transfer-Encoding: chunked") + "1\r\nx\r\n0\r\n\r\n",
    ],
    "names that only look like framing": [
      post("Content_Length: 9\r\nTransfer_Encoding: chunked\r\nX-Content-Length: 9"),
      seenPost("Content_Length: 9\r\nTransfer_Encoding: chunked\r\nX-Content-Length: 9"),
    ],
  }),

  // Lengths.
  ...refused(400, {
    "a length with a plus": post("Content-Length: +3", "abc"),
    "a length with a minus": post("Content-Length: -3", "abc"),
    "a length of minus zero": post("Content-Length: -0"),
    "a length with a space inside": post("Content-Length: 3 3", "abc"),
    "a length with a tab inside": post("Content-Length: 3\t3", "abc"),
    "a length in hexadecimal": post("Content-Length: 0x3", "abc"),
    "a length in hexadecimal digits": post("Content-Length: a", "0123456789"),
    "a length with a fraction": post("Content-Length: 3.0", "abc"),
    "a length with an exponent": post("Content-Length: 3e0", "abc"),
    "a length with an underscore": post("Content-Length: 1_0", "0123456789"),
    "a length in quotes": post('Content-Length: "3"', "abc"),
    "a length with a superscript": post("Content-Length: \xb3", "abc"),
    "a length with a NUL": post("Content-Length: 3\x00", "abc"),
    "a length with a vertical tab": post("Content-Length: \x0b3", "abc"),
    "a length with a semicolon": post("Content-Length: 3;", "abc"),
    "an empty length": post("Content-Length:"),
    "a blank length": post("Content-Length: \t "),
    "a list of equal lengths": post("Content-Length: 3, 3", "abc"),
    "a list of equal lengths without a space": post("Content-Length: 3,3", "abc"),
    "a list of different lengths": post("Content-Length: 0, 39"),
    "a list of one length": post("Content-Length: 3,", "abc"),
    "a list with an empty member first": post("Content-Length: ,3", "abc"),
    "two equal lengths": post("Content-Length: 3\r\nContent-Length: 3", "abc"),
    "two different lengths": post("Content-Length: 0\r\nContent-Length: 39"),
    "two lengths, one without a value": post("Content-Length: 0\r\nContent-Length:"),
    "two lengths of zero, in different case": post("Content-Length: 0\r\ncontent-length: 00"),
    "two lengths in HTTP/1.0": withLine(
      "POST /app HTTP/1.0",
      "Content-Length: 0\r\nContent-Length: 39",
    ),
    "a length of 2^53": post("Content-Length: 9007199254740992"),
    "a length of 2^64": post("Content-Length: 18446744073709551616"),
    "a length of 2^64 and three": post("Content-Length: 18446744073709551619", "abc"),
    "a length of twenty digits, most of them zeros": post("Content-Length: 00000000000000000003"),
    "a space before the colon of Content-Length": post("Content-Length : 3", "abc"),
    "a length on a folded line": post("Content-Length:\r\n 3", "abc"),
    "a length after a folded line": post("X: a\r\n Content-Length: 39"),
    "a length after a bare LF": post("X: a\nContent-Length: 39"),
    "a length after a bare CR": post("X: a\rContent-Length: 39"),
    "a length after a NUL": post("X: a\x00Content-Length: 39"),
    "a bad length where the method has no body": get("/app", "Content-Length: x"),
  }),
  ...passed({
    "a body of its declared length": [
      post("Content-Length: 3", "abc"),
      seenPost("Content-Length: 3", "abc"),
    ],
    "a length of zero": [post("Content-Length: 0"), seenPost("Content-Length: 0")],
    "a length with leading zeros": [
      post("Content-Length: 003", "abc"),
      seenPost("Content-Length: 003", "abc"),
    ],
    "a length between blanks": [
      post("Content-Length: \t 3 \t", "abc"),
      seenPost("Content-Length: 3", "abc"),
    ],
    "a length before a tab": [
      post("Content-Length: 3\t", "abc"),
      seenPost("Content-Length: 3", "abc"),
    ],
    "a length right after the colon": [
      post("content-length:3", "abc"),
      seenPost("content-length:3", "abc"),
    ],
    "a length after a tab": [
      post("Content-Length:\t3", "abc"),
      seenPost("Content-Length: 3", "abc"),
    ],
    "a body that looks like a request": [
      post(`Content-Length: ${SMUGGLED.length}`, SMUGGLED),
      seenPost(`Content-Length: ${SMUGGLED.length}`, SMUGGLED),
    ],
    "a body that looks like a last chunk": [
      post("Content-Length: 5", "0\r\n\r\n"),
      seenPost("Content-Length: 5", "0\r\n\r\n"),
    ],
    "a body of all bytes": [
      post("Content-Length: 256", String.fromCharCode(...Array(256).keys())),
      seenPost("Content-Length: 256", String.fromCharCode(...Array(256).keys())),
    ],
    "GET with a length": [
      get("/app", "Content-Length: 3") + "abc",
      seen("/", "Content-Length: 3") + "abc",
    ],
    "HEAD with a length": [
      withLine("HEAD /app HTTP/1.1", "Content-Length: 3") + "abc",
      seenLine("HEAD /", "Content-Length: 3") + "abc",
    ],
    "no body at all": [post(""), seenPost("")],
  }),

  // Chunks.
  ...passedBodies({
    "no chunk": "0\r\n\r\n",
    "one chunk": "3\r\nabc\r\n0\r\n\r\n",
    "several chunks": "1\r\na\r\n2\r\nbc\r\n3\r\ndef\r\n0\r\n\r\n",
    "a size in upper case": "A\r\n0123456789\r\n0\r\n\r\n",
    "a size in lower case": "a\r\n0123456789\r\n0\r\n\r\n",
    "a size with leading zeros": "0000000000003\r\nabc\r\n0\r\n\r\n",
    "a last chunk of several zeros": "000\r\n\r\n",
    "an extension without a value": "3;a\r\nabc\r\n0\r\n\r\n",
    "an extension with a value": "3;a=b\r\nabc\r\n0\r\n\r\n",
    "an extension with a quoted value": '3;a="b;c=d, 5"\r\nabc\r\n0\r\n\r\n',
    "an extension with an escaped quote": '3;a="\\";\\\\"\r\nabc\r\n0\r\n\r\n',
    "several extensions": '3;a;b=c;d="e"\r\nabc\r\n0\r\n\r\n',
    "an extension of the last chunk": "0;a=b\r\n\r\n",
    "an extension that looks like a size": "3;5\r\nabc\r\n0\r\n\r\n",
    "a trailer": "3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n",
    "several trailers": '0\r\nX-Sum: 1\r\nETag: "a"\r\nX-Sum: 2\r\n\r\n',
    "a trailer without a value": "0\r\nX-Sum:\r\n\r\n",
    "data that looks like a last chunk": "5\r\n0\r\n\r\n\r\n0\r\n\r\n",
    "data that looks like a request": `${SMUGGLED.length.toString(16)}\r\n${SMUGGLED}\r\n0\r\n\r\n`,
    "data of line ends": "4\r\n\r\n\r\n\r\n0\r\n\r\n",
  }),
  ...refusedBodies({
    "no size": ["", "\r\nabc\r\n0\r\n\r\n"],
    "a size that is not hexadecimal": ["", "g\r\nabc\r\n0\r\n\r\n"],
    "a size with a minus": ["", "-3\r\nabc\r\n0\r\n\r\n"],
    "a size with a plus": ["", "+3\r\nabc\r\n0\r\n\r\n"],
    "a size with 0x": ["0", "x3\r\nabc\r\n0\r\n\r\n"],
    "a size with an underscore": ["1", "_0\r\n0123456789abcdef\r\n0\r\n\r\n"],
    "a size with a fraction": ["3", ".0\r\nabc\r\n0\r\n\r\n"],
    "a size with a comma": ["3", ",3\r\nabc\r\n0\r\n\r\n"],
    "a space before a size": ["", " 3\r\nabc\r\n0\r\n\r\n"],
    "a tab before a size": ["", "\t3\r\nabc\r\n0\r\n\r\n"],
    "a space after a size": ["3", " \r\nabc\r\n0\r\n\r\n"],
    "a tab after a size": ["3", "\t\r\nabc\r\n0\r\n\r\n"],
    "a space before an extension": ["3", " ;a\r\nabc\r\n0\r\n\r\n"],
    "a NUL after a size": ["3", "\x00\r\nabc\r\n0\r\n\r\n"],
    "a size of fourteen digits": ["0000000000000", "3\r\nabc\r\n0\r\n\r\n"],
    "a size of 2^64 less one": ["FFFFFFFFFFFFF", "FFF\r\nabc\r\n0\r\n\r\n"],
    "a size of 2^64 and three": ["1000000000000", "0003\r\nabc\r\n0\r\n\r\n"],
    "a bare LF after a size": ["3", "\nabc\r\n0\r\n\r\n"],
    "a bare CR after a size": ["3\r", "abc\r\n0\r\n\r\n"],
    "a bare LF in an extension": ["3;a", "\nabc\r\n0\r\n\r\n"],
    "a bare LF in a quoted extension": ['3;a="', '\n"\r\nabc\r\n0\r\n\r\n'],
    "a bare CR in an extension": ["3;a\r", "b\r\nabc\r\n0\r\n\r\n"],
    "a NUL in an extension": ["3;a", "\x00\r\nabc\r\n0\r\n\r\n"],
    "a line end in a quoted extension": ['3;a="', '\r\n0\r\n\r\n"\r\n\r\n'],
    "an escaped line end in a quoted extension": ['3;a="\\', '\r\n"\r\nabc\r\n0\r\n\r\n'],
    "a quoted extension that does not end": ['3;a="b', "\r\nabc\r\n0\r\n\r\n"],
    "a quoted extension with more behind it": ['3;a="b"', "c\r\nabc\r\n0\r\n\r\n"],
    "a quoted extension outside ASCII": ['3;a="', '\xe9"\r\nabc\r\n0\r\n\r\n'],
    "a quote within an extension": ["3;a=b", '"c"\r\nabc\r\n0\r\n\r\n'],
    "a quoted name of an extension": ["3;", '"a"\r\nabc\r\n0\r\n\r\n'],
    "an extension without a name": ["3;", "\r\nabc\r\n0\r\n\r\n"],
    "an extension with a value only": ["3;", "=a\r\nabc\r\n0\r\n\r\n"],
    "an extension with an empty value": ["3;a=", "\r\nabc\r\n0\r\n\r\n"],
    "an extension with two values": ["3;a=b", "=c\r\nabc\r\n0\r\n\r\n"],
    "an extension with an empty one before": ["3;", ";a\r\nabc\r\n0\r\n\r\n"],
    "an extension with a space before its name": ["3;", " a\r\nabc\r\n0\r\n\r\n"],
    "an extension with a space before its value": ["3;a=", " b\r\nabc\r\n0\r\n\r\n"],
    "an extension with a space at its end": ["3;a", " \r\nabc\r\n0\r\n\r\n"],
    "an extension with a comma": ["3;a", ",b\r\nabc\r\n0\r\n\r\n"],
    "an extension outside ASCII": ["3;a", "\xe9\r\nabc\r\n0\r\n\r\n"],
    "an invalid extension of the last chunk": ["0;a", " \r\n\r\n"],
    "an extension that never ends": [`3;${"a".repeat(20_000)}`, "\r\nabc\r\n0\r\n\r\n"],
    "a chunk longer than its size": ["3\r\nabc", "d\r\n0\r\n\r\n"],
    "a chunk without a line end": ["3\r\nabc", "0\r\n\r\n"],
    "a chunk with a bare LF after it": ["3\r\nabc", "\n0\r\n\r\n"],
    "a chunk with a bare CR after it": ["3\r\nabc\r", "0\r\n\r\n"],
    "a chunk with two line ends after it": ["3\r\nabc\r\n", "\r\n0\r\n\r\n"],
    "a chunk shorter than its size": ["4\r\nabc\r", "\n0\r\n\r\n"],
    "a bare LF after the last size": ["0", "\n\r\n"],
    "a bare LF at the end": ["0\r\n", "\n"],
    "a bare CR at the end": ["0\r\n\r", "X"],
    "a request where the end should be": ["0\r\n", "\x00\r\n\r\n"],
    "a trailer without a name": ["0\r\n", ": a\r\n\r\n"],
    "a trailer without a colon": ["0\r\nX-Sum", "\r\n\r\n"],
    "a trailer with a space before its colon": ["0\r\nX-Sum", " : a\r\n\r\n"],
    "a trailer on a folded line": ["0\r\nX-Sum: a\r\n", " b\r\n\r\n"],
    "a trailer with a NUL": ["0\r\nX-Sum: ", "\x00\r\n\r\n"],
    "a trailer with a bare LF": ["0\r\nX-Sum: a", "\nX-Other: b\r\n\r\n"],
    "a trailer with a bare CR": ["0\r\nX-Sum: a\r", "X-Other: b\r\n\r\n"],
    "a trailer that is a length": ["0\r\nContent-Length", ": 3\r\n\r\n"],
    "a trailer that is a coding": ["0\r\nTRANSFER-encoding", ": chunked\r\n\r\n"],
    "a trailer that is a host": ["0\r\nX-Sum: 1\r\nhost", ": other\r\n\r\n"],
    "a trailer that is a Connection": ["0\r\nConnection", ": close\r\n\r\n"],
    "a trailer that is a forwarding field": ["0\r\nX-Forwarded-For", ": 6.6.6.6\r\n\r\n"],
    "a trailer that is another forwarding field": ["0\r\nX-Forwarded-User", ": root\r\n\r\n"],
    "a trailer that is X-Forwarded-Ssl": ["0\r\nX-Forwarded-Ssl", ": on\r\n\r\n"],
    "a trailer that is True-Client-IP": ["0\r\nTrue-Client-IP", ": 6.6.6.6\r\n\r\n"],
    "a trailer that is an address for Deno": ["0\r\nX-Deno-Client-Address", ": x\r\n\r\n"],
    "a trailer that is a health check": ["0\r\nX-Graphand-Healthcheck", ": true\r\n\r\n"],
    "a trailer that is Proxy-Authorization": ["0\r\nProxy-Authorization", ": x\r\n\r\n"],
    "a trailer that is Proxy-Connection": ["0\r\nProxy-Connection", ": close\r\n\r\n"],
    "a trailer that is Keep-Alive": ["0\r\nKeep-Alive", ": timeout=5\r\n\r\n"],
    "a trailer that is Cookie": ["0\r\nCookie", ": a=b\r\n\r\n"],
    "a trailer that is Set-Cookie": ["0\r\nSet-Cookie", ": a=b\r\n\r\n"],
    "a trailer that is Content-Type": ["0\r\ncontent-type", ": text/html\r\n\r\n"],
    "trailers that never end": [`0\r\nX: ${"a".repeat(20_000)}`, "\r\n\r\n"],
  }),

  {
    name: "a trailer that Connection lists",
    request: post(
      "Connection: x-hop, X-Sum\r\nTransfer-Encoding: chunked",
      `0\r\nX-Other: 1\r\nX-HOP: 2\r\n\r\n${SMUGGLED}`,
    ),
    status: 400,
    upstream: seenChunked("0\r\nX-Other: 1\r\nX-HOP"),
    isCut: true,
    isClosed: true,
  },

  // Request lines.
  ...refused(400, {
    "two spaces after the method": withLine("GET  /app HTTP/1.1"),
    "two spaces before the version": withLine("GET /app  HTTP/1.1"),
    "a tab after the method": withLine("GET\t/app HTTP/1.1"),
    "a tab before the version": withLine("GET /app\tHTTP/1.1"),
    "a vertical tab before the version": withLine("GET /app\x0bHTTP/1.1"),
    "a space before the method": withLine(" GET /app HTTP/1.1"),
    "a space after the version": withLine("GET /app HTTP/1.1 "),
    "a space in the target": withLine("GET /app x HTTP/1.1"),
    "a second version": withLine("GET /app HTTP/1.1 HTTP/1.1"),
    "no version": withLine("GET /app"),
    "no version and no field": "GET /app\r\n\r\n",
    "no target": withLine("GET HTTP/1.1"),
    "an empty target": withLine("GET  HTTP/1.1"),
    "no method": withLine(" /app HTTP/1.1"),
    "a method with a colon": withLine("GET: /app HTTP/1.1"),
    "a method with a bracket": withLine("G(T /app HTTP/1.1"),
    "a method with a NUL": withLine("G\x00T /app HTTP/1.1"),
    "a method outside ASCII": withLine("G\xc9T /app HTTP/1.1"),
    "a version in lower case": withLine("GET /app http/1.1"),
    "a version of another protocol": withLine("GET /app FTP/1.1"),
    "a version of HTTPS": withLine("GET /app HTTPS/1.1"),
    "a version with two digits after the point": withLine("GET /app HTTP/1.10"),
    "a version with two digits before the point": withLine("GET /app HTTP/11.1"),
    "a version with a comma": withLine("GET /app HTTP/1,1"),
    "a version without its second digit": withLine("GET /app HTTP/1."),
    "a version without digits": withLine("GET /app HTTP/x.y"),
    "a version with a space inside": withLine("GET /app HTTP/ 1.1"),
    "a bare LF after the request line": "GET /app HTTP/1.1\nHost: h\r\n\r\n",
    "bare LFs only": "GET /app HTTP/1.1\nHost: h\n\n",
    "a bare CR after the request line": "GET /app HTTP/1.1\rHost: h\r\n\r\n",
    "two CRs after the request line": "GET /app HTTP/1.1\r\r\nHost: h\r\n\r\n",
    "a bare LF before the request line": `\n${get("/app")}`,
    "a bare CR before the request line": `\r${get("/app")}`,
    "a byte order mark": `\xef\xbb\xbf${get("/app")}`,
    "a ClientHello": "\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
    "a fragment": get("/app#a"),
    "a fragment after the query": get("/app?a#b"),
    "a NUL in the target": get("/app/\x00"),
    "raw UTF-8 in the target": get("/app/\xc3\xa9"),
    "raw UTF-8 in the query": get("/app?\xe2\x82\xac"),
    "bytes that are not UTF-8 in the target": get("/app/\x80\xff"),
    "a DEL in the target": get("/app/\x7f"),
    "a control character in the target": get("/app/\x1f"),
    "a bare CR in the target": get("/app/\rX"),
    "a bare LF in the target": get("/app/\nX"),
    "a target without a slash": get("app"),
    "a target of a query only": get("?app"),
    "a target with a backslash first": get("\\app"),
    "a target in authority form": get("h:80"),
    "an asterisk with GET": get("*"),
    "an asterisk with options": withLine("options * HTTP/1.1"),
    "an asterisk and more": withLine("OPTIONS *a HTTP/1.1"),
    "an absolute target of another scheme": get("ftp://h/app"),
    "an absolute target without a host": get("http:///app"),
    "an absolute target without a host, with a query": get("http://?a"),
    "an absolute target of a scheme only": get("http://"),
    "an absolute target without slashes": get("http:/app"),
    "an absolute target with userinfo": get("http://u:p@h/app"),
    "an absolute target with a space": get("http://h /app"),
    "an absolute target with a bad host": get("http://h\\x/app"),
    "an absolute target with a fragment": get("http://h/app#a"),
    "a control character in a field's name": get("/app", "A\x01: b"),
    "an empty field name": get("/app", ": b"),
    "a field without a colon": get("/app", "A"),
    "a field name outside ASCII": get("/app", "\xe9: b"),
    "a field name with brackets": get("/app", "A[b]: c"),
    "a folded line": get("/app", "A: b\r\n c"),
    "a folded line with a tab": get("/app", "A: b\r\n\tc"),
    "a folded line of blanks": get("/app", "A: b\r\n \t"),
    "a field line that begins with a space": bare(" Host: h"),
    "a NUL in a field's value": get("/app", "A: b\x00c"),
    "an ESC in a field's value": get("/app", "A: \x1b[0m"),
    "a DEL in a field's value": get("/app", "A: \x7f"),
    "a bare CR in a field's value": get("/app", "A: b\rc"),
    "a bare LF in a field's value": get("/app", "A: b\nc"),
    "two CRs after a field": get("/app", "A: b\r"),
    "a bare CR before the empty line": "GET /app HTTP/1.1\r\nHost: h\r\n\rA: b\r\n\r\n",
    "a bare LF for the empty line": "GET /app HTTP/1.1\r\nHost: h\r\n\n",
  }),
  ...refused(505, {
    "HTTP/2.0": withLine("GET /app HTTP/2.0"),
    "HTTP/1.2": withLine("GET /app HTTP/1.2"),
    "HTTP/0.9": withLine("GET /app HTTP/0.9"),
    "HTTP/3.0": withLine("GET /app HTTP/3.0"),
    "the preface of HTTP/2": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  }),
  ...refused(501, {
    "CONNECT with an authority": withLine("CONNECT h:80 HTTP/1.1"),
    "CONNECT with a path": withLine("CONNECT /app HTTP/1.1"),
  }),
  ...passed({
    "a method in lower case": [withLine("get /app HTTP/1.1"), seenLine("get /")],
    "an unknown method": [withLine("PURGE /app HTTP/1.1"), seenLine("PURGE /")],
    "a method of every character": [
      withLine("!#$%&'*+-.^_`|~09azAZ /app HTTP/1.1"),
      seenLine("!#$%&'*+-.^_`|~09azAZ /"),
    ],
    "HEAD": [withLine("HEAD /app HTTP/1.1"), seenLine("HEAD /")],
    "DELETE": [withLine("DELETE /app/a HTTP/1.1"), seenLine("DELETE /a")],
    "OPTIONS with a path": [withLine("OPTIONS /app/a HTTP/1.1"), seenLine("OPTIONS /a")],
    "the prefix only": [get("/app"), seen("/")],
    "a slash at the end": [get("/app/a/"), seen("/a/")],
    "a slash after the prefix": [get("/app/"), seen("/")],
    "a query after the prefix": [get("/app?a=b"), seen("/?a=b")],
    "a query after a slash": [get("/app/?a=/app/&a"), seen("/?a=/app/&a")],
    "an empty query": [get("/app?"), seen("/?")],
    "two slashes": [get("/app//a//b//"), seen("//a//b//")],
    "dots that stay below the name": [
      get("/app/./a/../b/.../..c/d..?/../../.."),
      seen("/./a/../b/.../..c/d..?/../../.."),
    ],
    "escaped dots that stay below the name": [
      get("/app/%2e/a/%2E./%252e%252e/..%252f"),
      seen("/%2e/a/%2E./%252e%252e/..%252f"),
    ],
    "escapes": [get("/app/%2F%2f%00%0d%0a%C3%A9"), seen("/%2F%2f%00%0d%0a%C3%A9")],
    "invalid escapes": [get("/app/%%zz%1"), seen("/%%zz%1")],
    "a semicolon": [get("/app/a;b=c;/d"), seen("/a;b=c;/d")],
    "backslashes": [get("/app/\\a\\b"), seen("/\\a\\b")],
    "characters that a URI has escaped": [get('/app/<"a|b^`{}>[]'), seen('/<"a|b^`{}>[]')],
    "the prefix with an escape": [
      get("/%61pp/a"),
      `GET /a HTTP/1.1\r\nHost: h\r\n${added("h", "/%61pp")}`,
    ],
    "an absolute target": [get("http://h/app/a"), seen("/a")],
    "an absolute target in upper case": [get("HTTP://h/app/a"), seen("/a")],
    "an absolute target of https": [get("https://h/app/a"), seen("/a")],
    "an absolute target that overrides Host": [
      "GET http://other:81/app/a HTTP/1.1\r\nHost: h\r\n\r\n",
      `GET /a HTTP/1.1\r\nHost: other:81\r\n${added("other:81")}`,
    ],
    "an absolute target with an address": [
      get("http://[::1]:80/app/a"),
      `GET /a HTTP/1.1\r\nHost: [::1]:80\r\n${added("[::1]:80")}`,
    ],
    "an empty line first": [`\r\n${get("/app")}`, seen("/")],
    "several empty lines first": [`${"\r\n".repeat(9)}${get("/app")}`, seen("/")],
  }),
  // Another server that removes dot segments would read another name.
  ...answered(400, {
    "dots that leave the name": get("/none/../app"),
    "dots that leave the name and come back": get("/app/../app"),
    "dots that leave the name at the end": get("/app/a/../.."),
    "dots that leave the name after empty segments": get("/app/a///../../other"),
    "dots that leave the name after another dot": get("/app/./a/../../other"),
    "dots that leave the name before a query": get("/app/..?a"),
    "dots that leave the name, the first escaped": get("/app/%2e./other"),
    "dots that leave the name, the second escaped": get("/app/.%2E/other"),
    "dots that leave the name, both escaped": get("/app/%2e%2E/other"),
    "dots that leave the name, after an escaped slash": get("/app/a%2F..%2f../other"),
    "dots that leave the name, between backslashes": get("/app\\..\\other"),
    "dots that leave the name, after a backslash": get("/app/a/..\\..\\other"),
    "dots that leave the name, after an escaped backslash": get("/app/a/..%5C..%5cother"),
    "dots that leave the name in an absolute target": get("http://h/app/../other"),
    "dots for a name": get("/../app"),
    "dots for a name after empty segments": get("//../app"),
    "a dot for a name": get("/./app"),
    "escaped dots for a name": get("/%2e%2e/app"),
    "an escaped dot for a name": get("/%2E/app"),
    "a dot and an escaped slash for a name": get("/.%2fapp"),
  }),
  ...answered(404, {
    "no name": get("/"),
    "a name of no function": get("/none/app"),
    "a name in upper case": get("/APP"),
    "a name with an escaped slash": get("/app%2Fa"),
    "a name with a NUL": get("/app%00"),
    "a name with a backslash": get("/app\\a"),
    "a name with a semicolon": get("/app;a"),
    "a name after two slashes": get("//app"),
    "a name with half an escape": get("/app%"),
    "a name of bytes that are not UTF-8": get("/%ff"),
    "an absolute target without a path": get("http://h"),
    "an absolute target with a port, without a path": get("http://h:80"),
    "an absolute target of a query only": get("http://h?a=/app"),
    "a name of an Object property": get("/__proto__"),
    "a body for no function": "POST /none HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
    "chunks for no function":
      "POST /none HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    "HEAD of no function": withLine("HEAD /none HTTP/1.1"),
  }),
  ...answered(204, {
    "OPTIONS with an asterisk": withLine("OPTIONS * HTTP/1.1"),
    "OPTIONS with an absolute target without a path": withLine("OPTIONS http://h HTTP/1.1"),
    "OPTIONS with an asterisk and a body":
      "OPTIONS * HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
  }),

  // Host.
  ...refused(400, {
    "no Host": bare(""),
    "HEAD without a Host": "HEAD /app HTTP/1.1\r\n\r\n",
    "no Host with an absolute target": "GET http://h/app HTTP/1.1\r\n\r\n",
    "two Hosts": bare("Host: h\r\nHost: other"),
    "two equal Hosts": bare("Host: h\r\nHost: h"),
    "two Hosts in HTTP/1.0": "GET /app HTTP/1.0\r\nHost: h\r\nHost: other\r\n\r\n",
    "two Hosts in different cases": bare("Host: h\r\nA: b\r\nHOST: h"),
    "a Host with a space before its colon": bare("Host : h"),
    "a Host on a folded line": bare("Host:\r\n h"),
    "a Host with userinfo": bare("Host: u@h"),
    "a Host with a path": bare("Host: h/app"),
    "a Host that is a URI": bare("Host: http://h"),
    "a Host with a query": bare("Host: h?a"),
    "a Host with a fragment": bare("Host: h#a"),
    "a Host with a backslash": bare("Host: h\\a"),
    "a Host with a space": bare("Host: h g"),
    "a Host with a list": bare("Host: h, g"),
    "a Host with a quote": bare('Host: "h"'),
    "a Host with a bracket": bare("Host: <h>"),
    "a Host outside ASCII": bare("Host: \xc3\xa9"),
    "a Host with a NUL": bare("Host: h\x00"),
    "a Host with a port that is not a number": bare("Host: h:http"),
    "a Host with two ports": bare("Host: h:1:2"),
    "a Host with half an address": bare("Host: [::1"),
  }),
  ...passed({
    "a Host with a port": [
      bare("Host: h.example:8080"),
      `GET / HTTP/1.1\r\nHost: h.example:8080\r\n${added("h.example:8080")}`,
    ],
    "a Host with an address": [
      bare("Host: [2001:db8::1]:80"),
      `GET / HTTP/1.1\r\nHost: [2001:db8::1]:80\r\n${added("[2001:db8::1]:80")}`,
    ],
    "an empty Host": [bare("Host:"), `GET / HTTP/1.1\r\nHost:\r\n${added("")}`],
    "a Host after other fields": [
      bare("A: b\r\nhost:\th\t"),
      `GET / HTTP/1.1\r\nA: b\r\nhost:\th\t\r\n${added()}`,
    ],
  }),

  // Limits: values at the limit and above.
  ...passed({
    "a target of maximum length": [get(LONG_TARGET), seen(LONG_TARGET.slice("/app".length))],
    "a head of maximum length": [
      `${HOST_LINE}${padding(HOST_LINE, maxHeadBytes)}\r\n\r\n`,
      seen("/", padding(HOST_LINE, maxHeadBytes)),
    ],
    "a head of maximum length, after empty lines": [
      `${"\r\n".repeat(600)}${HOST_LINE}${padding(HOST_LINE, maxHeadBytes)}\r\n\r\n`,
      seen("/", padding(HOST_LINE, maxHeadBytes)),
    ],
    "the maximum number of fields": [get("/app", MANY), seen("/", MANY)],
  }),
  ...refused(414, {
    "a target one byte too long": get(`${LONG_TARGET}a`),
    "an absolute target one byte too long": get(
      `http://h${LONG_TARGET.slice(0, 1 - "http://h".length)}a`,
    ),
    "a target longer than a head": get(`/app/${"a".repeat(2 * maxHeadBytes)}`),
    "a target that never ends": `GET /app/${"a".repeat(20_000)}`,
  }),
  ...refused(431, {
    "a head one byte too long": `${HOST_LINE}${padding(HOST_LINE, maxHeadBytes + 1)}\r\n\r\n`,
    "a field longer than a head": get("/app", `X: ${"a".repeat(2 * maxHeadBytes)}`),
    "a field that never ends": `${HOST_LINE}X: ${"a".repeat(20_000)}`,
    "many fields too many": get("/app", "A:\r\n".repeat(100) + "A:"),
    "fields that never end": HOST_LINE + "A:\r\n".repeat(1_000),
  }),

  // Fields that the proxy adds count as well; dropped ones do not.
  ...answered(431, {
    "one field too many with those that are added": get("/app", `${MANY}\r\nY: a`),
    "one field too many for an upgrade": get(
      "/app",
      `${MANY.slice(MANY.indexOf("\n") + 1)}\r\nConnection: Upgrade\r\nUpgrade: x`,
    ),
    "a field too many and a body": post(`${MANY}\r\nContent-Length: 3`, "abc"),
  }),
  ...passedFields({
    "the maximum number of fields, and dropped ones": [
      `${MANY}\r\nConnection: x\r\nX: y\r\nForwarded: for=h\r\nX-Real-IP: a`,
      MANY,
    ],
  }),

  // HTTP/1.0.
  ...passed({
    "HTTP/1.0 with keep-alive": [
      withLine("GET /app HTTP/1.0", "Connection: keep-alive"),
      from10(seen("/")),
    ],
    "HTTP/1.0 with Keep-Alive, and without a Host": [
      "GET /app HTTP/1.0\r\nConnection: Keep-Alive\r\nA: b\r\n\r\n",
      from10(`GET / HTTP/1.1\r\nHost: UPSTREAM\r\nA: b\r\n${added("")}`),
    ],
    "HTTP/1.0 with an absolute target, and without a Host": [
      "GET http://h/app HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
      from10(seen("/")),
    ],
    "HTTP/1.0 with a body": [
      withLine("POST /app HTTP/1.0", "Connection: keep-alive\r\nContent-Length: 3") + "abc",
      from10(seenPost("Content-Length: 3", "abc")),
    ],
    "HTTP/1.0 with an Upgrade": [
      withLine("GET /app HTTP/1.0", "Connection: keep-alive, Upgrade\r\nUpgrade: x"),
      from10(seen("/")),
    ],
  }),
  ...pipelined({
    "HTTP/1.0 without keep-alive": [withLine("GET /app HTTP/1.0"), [200], from10(seen("/")), true],
    "HTTP/1.0 with close": [
      withLine("GET /app HTTP/1.0", "Connection: keep-alive, close"),
      [200],
      from10(seen("/")),
      true,
    ],
  }),

  // Connection and hop-by-hop fields.
  ...pipelined({
    "Connection: close": [get("/app", "Connection: close"), [200], seen("/"), true],
    "Connection: CLOSE among names": [
      get("/app", "Connection: x-a, CLOSE ,\r\nX-A: b"),
      [200],
      seen("/"),
      true,
    ],
    "two Connections, one of them close": [
      get("/app", "Connection: keep-alive\r\nConnection: close"),
      [200],
      seen("/"),
      true,
    ],
  }),
  ...refused(400, {
    "Connection with too many names": get("/app", `Connection: ${NAMES},one-more`),
  }),
  ...passedFields({
    "Connection: keep-alive": ["Connection: keep-alive", ""],
    "Connection: closed": ["Connection: closed", ""],
    "an empty Connection": ["Connection:\r\nA: b", "A: b"],
    "Connection with commas only": ["Connection: , ,\r\nA: b", "A: b"],
    "Connection with the maximum number of names": [
      `Connection: ${NAMES}\r\nN31: a\r\nA: b`,
      "A: b",
    ],
    "Connection with a name": ["A: 1\r\nConnection: x-hop\r\nX-Hop: 2\r\nB: 3", "A: 1\r\nB: 3"],
    "Connection with the name of two fields": ["x-hop: 1\r\nConnection: X-HOP\r\nX-Hop: 2", ""],
    "Connection with a part of a name": ["Connection: x-ho\r\nX-Hop: 1", "X-Hop: 1"],
    "Connection with more than a name": ["Connection: x-hops\r\nX-Hop: 1", "X-Hop: 1"],
    "two Connections with names": ["Connection: a\r\nA: 1\r\nConnection: b\r\nB: 2", ""],
    "Connection with the name of no field": ["Connection: nothing\r\nA: b", "A: b"],
    "Connection with the name of Host": ["Connection: host", ""],
    "Connection with the name of itself": ["Connection: connection, close-not", ""],
    "Connection with names of forwarding fields": [
      "Connection: x-forwarded-for, x-forwarded-host, x-forwarded-prefix, x-request-id",
      "",
    ],
    "Connection with the name of Expect": [
      "Connection: expect\r\nExpect: 100-continue",
      "Expect: 100-continue",
    ],
    "Keep-Alive": ["Keep-Alive: timeout=5\r\nA: b", "A: b"],
    "Proxy-Connection": ["Proxy-Connection: close\r\nA: b", "A: b"],
    "Proxy-Authorization": ["Proxy-Authorization: x\r\nAuthorization: y", "Authorization: y"],
    "Proxy-Authenticate": ["Proxy-Authenticate: x", ""],
    "TE": ["TE: trailers, deflate", ""],
    "TE with its name in Connection": ["Connection: TE\r\nTE: trailers", ""],
    "TE: chunked": ["TE: chunked\r\nA: b", "A: b"],
    "Trailer": ["Trailer: X-Sum", "Trailer: X-Sum"],
    "Upgrade without Connection": ["Upgrade: websocket\r\nA: b", "A: b"],
    "Connection: upgrade without Upgrade": ["Connection: upgrade\r\nA: b", "A: b"],
    "Upgrade with Connection": [
      "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nA: b",
      "Upgrade: websocket\r\nA: b\r\nConnection: Upgrade",
    ],
    "an unknown Expect": ["Expect: nothing", "Expect: nothing"],
    "fields of one name": ["A: 1\r\na: 2\r\nA: 1", "A: 1\r\na: 2\r\nA: 1"],
    "odd blanks around values": [
      "A:1\r\nB: \t 2 \t\r\nC:\r\nD: ",
      "A:1\r\nB: \t 2 \t\r\nC:\r\nD: ",
    ],
    "a value outside ASCII": ["A: \xe9\x80\xff", "A: \xe9\x80\xff"],
  }),
  ...passed({
    "Connection with the name of Content-Length": [
      post("Connection: content-length\r\nContent-Length: 3", "abc"),
      seenPost("Content-Length: 3", "abc"),
    ],
    "Connection with the name of Transfer-Encoding": [
      post("Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
      seenPost("Transfer-Encoding: chunked", "0\r\n\r\n"),
    ],
    "Expect: 100-continue, and the body at once": [
      post("Expect: 100-continue\r\nContent-Length: 3", "abc"),
      seenPost("Expect: 100-continue\r\nContent-Length: 3", "abc"),
    ],
  }),

  // Forwarding fields of an untrusted peer.
  ...passedFields({
    "X-Forwarded-For from an untrusted peer": ["X-Forwarded-For: 6.6.6.6", ""],
    "X-Forwarded-For from an untrusted peer, twice": [
      "x-forwarded-for: 6.6.6.6\r\nA: b\r\nX-FORWARDED-FOR: 7.7.7.7",
      "A: b",
    ],
    "X-Forwarded-Host from an untrusted peer": ["X-Forwarded-Host: other", ""],
    "X-Forwarded-Proto from an untrusted peer": ["X-Forwarded-Proto: https", ""],
    "X-Forwarded-Port from an untrusted peer": ["X-Forwarded-Port: 443", ""],
    "X-Forwarded-Prefix from an untrusted peer": ["X-Forwarded-Prefix: /other", ""],
    "an address for Deno from an untrusted peer": ["X-Deno-Client-Address: x", ""],
    "X-Request-Id from an untrusted peer": ["X-Request-Id: other", ""],
    "X-Real-IP from an untrusted peer": ["X-Real-IP: 6.6.6.6", ""],
    "Forwarded from an untrusted peer": ["Forwarded: for=6.6.6.6;proto=https", ""],
    "a health check of dynamic-deno-server": [
      "X-Graphand-Healthcheck: true",
      "X-Graphand-Healthcheck: true",
    ],
  }),

  // Pipelined requests.
  ...pipelined({
    "good, good": [get("/app/1") + get("/app/2"), [200, 200], seen("/1") + seen("/2"), false],
    "good, bad": [`${get("/app/1")}GET /app\r\n\r\n${SMUGGLED}`, [200, 400], seen("/1"), true],
    "good, ambiguous": [
      get("/app/1") + post("Content-Length: 0\r\nTransfer-Encoding: chunked") + SMUGGLED,
      [200, 400],
      seen("/1"),
      true,
    ],
    "good, not found, good": [
      get("/app/1") + get("/none") + get("/app/2"),
      [200, 404, 200],
      seen("/1") + seen("/2"),
      false,
    ],
    "good, unsupported version": [
      get("/app/1") + withLine("GET /app HTTP/2.0") + SMUGGLED,
      [200, 505],
      seen("/1"),
      true,
    ],
    "good, with empty lines between": [
      `${get("/app/1")}\r\n\r\n${get("/app/2")}`,
      [200, 200],
      seen("/1") + seen("/2"),
      false,
    ],
    "a body, good": [
      post("Content-Length: 3", "abc") + get("/app/2"),
      [200, 200],
      seenPost("Content-Length: 3", "abc") + seen("/2"),
      false,
    ],
    "chunks, good": [
      chunked("3\r\nabc\r\n0\r\nA: b\r\n\r\n") + get("/app/2"),
      [200, 200],
      seenChunked("3\r\nabc\r\n0\r\nA: b\r\n\r\n") + seen("/2"),
      false,
    ],
    "a body longer than its length": [
      post("Content-Length: 3", `abc\x00${SMUGGLED}`),
      [200, 400],
      seenPost("Content-Length: 3", "abc"),
      true,
    ],
    "a body without a length": [
      post("", `{"a":1}\r\n\r\n${SMUGGLED}`),
      [200, 400],
      seenPost(""),
      true,
    ],
    "Connection: close, good": [
      get("/app/1", "Connection: close") + SMUGGLED,
      [200],
      seen("/1"),
      true,
    ],
    "not found with close, good": [get("/none", "Connection: close") + SMUGGLED, [404], "", true],
    "an Upgrade that is not accepted, good": [
      get("/app", "Connection: Upgrade\r\nUpgrade: x") + get("/app/2"),
      [200, 200],
      seen("/", "Upgrade: x\r\nConnection: Upgrade") + seen("/2"),
      false,
    ],
    "HEAD, good": [
      withLine("HEAD /app HTTP/1.1") + get("/app/2"),
      [200, 200],
      seenLine("HEAD /") + seen("/2"),
      false,
    ],
  }),
];
