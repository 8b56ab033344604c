/** A hostile function's response to one request, and the response the client must get. */
export interface AnswerCase {
  readonly name: string;
  readonly request: string;
  readonly answer: string;
  /** True if the function closes the connection after it. */
  readonly isLast: boolean;
  /**
   * Status of the complete final response; "cut": a response that is recognizably incomplete, or a
   * complete 502; "any": a complete response of the function or a complete 502.
   */
  readonly status: number | "cut" | "any";
  /** The data of the function's response, if the client must get that. */
  readonly body?: string;
}

/** Limits that the cases assume. */
export const ANSWER_LIMITS = { maxHeadBytes: 1_024, maxFields: 12 } as const;

/** Bytes in the shape of a response that no client may ever get. */
const EVIL = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL";

const GET = "GET /app/x HTTP/1.1\r\nHost: h\r\n\r\n";
const HEAD = GET.replace("GET", "HEAD");
const OLD = GET.replace("1.1", "1.0");
const OLD_HEAD = HEAD.replace("1.1", "1.0");
const UPGRADE = GET.replace("\r\n\r\n", "\r\nUpgrade: x\r\n\r\n");
const OLD_UPGRADE = OLD.replace("\r\n\r\n", "\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");

const ok = (fields: string, body = ""): string => `HTTP/1.1 200 OK\r\n${fields}\r\n\r\n${body}`;
const chunked = (body: string): string => ok("Transfer-Encoding: chunked", body);
const withLine = (line: string): string => `${line}\r\nContent-Length: 4\r\n\r\nEVIL`;
/** A response with a further field besides its length. */
const withField = (field: string): string => ok(`Content-Length: 4\r\n${field}`, "EVIL");

type Rows<Row> = Readonly<Record<string, Row>>;

/** Rejected: the client gets a complete 502 instead. */
function refused(rows: Rows<string>, request = GET): AnswerCase[] {
  return Object.entries(rows).map(([name, answer]) => ({
    name,
    request,
    answer: answer + EVIL,
    isLast: false,
    status: 502,
  }));
}

/** Ended too early to forward anything. */
function ended(rows: Rows<string>): AnswerCase[] {
  return Object.entries(rows).map(([name, answer]) => ({
    name,
    request: GET,
    answer,
    isLast: true,
    status: 502,
  }));
}

/** Valid at first; the client must see that the response is incomplete. */
function cut(rows: Rows<string>, isLast: boolean): AnswerCase[] {
  return Object.entries(rows).map(([name, answer]) => ({
    name,
    request: GET,
    answer: isLast ? answer : answer + EVIL,
    isLast,
    status: "cut",
  }));
}

/** Forwarded completely. */
function whole(
  rows: Rows<
    readonly [request: string, answer: string, status: number, body: string, isLast?: boolean]
  >,
): AnswerCase[] {
  return Object.entries(rows).map(([name, [request, answer, status, body, isLast = false]]) => ({
    name,
    request,
    answer,
    isLast,
    status,
    body,
  }));
}

const { maxHeadBytes, maxFields } = ANSWER_LIMITS;
const MANY = Array.from({ length: maxFields - 1 }, (_, index) => `X-${index}: a`).join("\r\n");
const NAMES = Array.from({ length: 33 }, (_, index) => `n${index}`).join(",");

/** A response whose head has `total` bytes. */
function withHeadOf(total: number): string {
  const shortest = ok("Content-Length: 4\r\nX: ");
  return ok(`Content-Length: 4\r\nX: ${"a".repeat(total - shortest.length)}`, "body");
}

/** All cases, with unique names. */
export const ANSWER_CASES: readonly AnswerCase[] = [
  // Status lines.
  ...refused({
    "another protocol": withLine("SSH-2.0-x"),
    "HTTP/2.0": withLine("HTTP/2.0 200 OK"),
    "HTTP/1.2": withLine("HTTP/1.2 200 OK"),
    "HTTP/0.9": withLine("HTTP/0.9 200 OK"),
    "a version in lower case": withLine("http/1.1 200 OK"),
    "a version only": withLine("HTTP/1.1"),
    "a status of two digits": withLine("HTTP/1.1 20 OK"),
    "a status of four digits": withLine("HTTP/1.1 2000 OK"),
    "a status below 100": withLine("HTTP/1.1 099 OK"),
    "a status above 599": withLine("HTTP/1.1 999 OK"),
    "a status with a letter": withLine("HTTP/1.1 2x0 OK"),
    "a status with a minus": withLine("HTTP/1.1 -20 OK"),
    "two spaces before the status": withLine("HTTP/1.1  200 OK"),
    "a tab before the status": withLine("HTTP/1.1\t200 OK"),
    "a NUL after the status": withLine("HTTP/1.1 200\x00OK"),
    "a NUL in the reason": withLine("HTTP/1.1 200 O\x00K"),
    "a bare CR in the reason": withLine("HTTP/1.1 200 OK\rX: y"),
    "a bare LF in the reason": withLine("HTTP/1.1 200 OK\nX: y"),
    "a space before the version": withLine(" HTTP/1.1 200 OK"),
    "an empty line before the version": withLine("\r\nHTTP/1.1 200 OK"),
    "bare LFs only": "HTTP/1.1 200 OK\nContent-Length: 4\n\nEVIL",
    "a request": "GET /app HTTP/1.1\r\nHost: h\r\n\r\n",
    "data without a head": "EVIL\r\n\r\n",
  }),

  // Ambiguous framing.
  ...refused({
    "two lengths": ok("Content-Length: 4\r\nContent-Length: 0", "EVIL"),
    "two equal lengths": ok("Content-Length: 4\r\nContent-Length: 4", "EVIL"),
    "a list of lengths": ok("Content-Length: 4, 4", "EVIL"),
    "a length with a plus": ok("Content-Length: +4", "EVIL"),
    "a length with a minus": ok("Content-Length: -4", "EVIL"),
    "a length in hexadecimal": ok("Content-Length: 0x4", "EVIL"),
    "an empty length": ok("Content-Length:", "EVIL"),
    "a length of 2^64": ok("Content-Length: 18446744073709551616", "EVIL"),
    "a length and chunks": ok("Content-Length: 4\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
    "chunks and a length": ok("Transfer-Encoding: chunked\r\nContent-Length: 4", "0\r\n\r\n"),
    "two codings": ok("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
    "gzip": ok("Transfer-Encoding: gzip", "EVIL"),
    "gzip, chunked": ok("Transfer-Encoding: gzip, chunked", "0\r\n\r\n"),
    "chunked, gzip": ok("Transfer-Encoding: chunked, gzip", "0\r\n\r\n"),
    "xchunked": ok("Transfer-Encoding: xchunked", "0\r\n\r\n"),
    "a vertical tab before chunked": ok("Transfer-Encoding: \x0bchunked", "0\r\n\r\n"),
    "chunks in HTTP/1.0": "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "204 with two lengths":
      "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\nContent-Length: 4\r\n\r\n",
    // RFC 9110, section 8.6, and RFC 9112, section 6.1: these must not even declare a body.
    "204 with a length and a body": "HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\nEVIL",
    "204 with chunks":
      "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nEVIL\r\n0\r\n\r\n",
    "304 with a length and chunks":
      "HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
  }),
  ...refused({
    "a length and chunks, to HEAD": ok("Content-Length: 4\r\nTransfer-Encoding: chunked"),
    "two lengths, to HEAD": ok("Content-Length: 4\r\nContent-Length: 5"),
  }, HEAD),

  // Fields.
  ...refused({
    "a space before a colon": withField("X : y"),
    "a tab before a colon": withField("X\t: y"),
    "a folded line": withField("X: y\r\n EVIL"),
    "a folded line with a tab": withField("X: y\r\n\tEVIL"),
    "a length on a folded line": ok("Content-Length:\r\n 4", "EVIL"),
    "a field without a colon": withField("EVIL"),
    "a field without a name": withField(": y"),
    "a field name with a space": withField("X Y: z"),
    "a field name outside ASCII": withField("\xe9: y"),
    "a NUL in a value": withField("X: y\x00EVIL"),
    "a DEL in a value": withField("X: y\x7f"),
    "an ESC in a value": withField("X: \x1b[2J"),
    "a bare CR in a value": withField("Location: /\rSet-Cookie: EVIL"),
    "a bare LF in a value": withField("Location: /\nSet-Cookie: EVIL"),
    "two bare LFs in a value": withField(`Location: /\n\n${EVIL}`),
    "two CRs after a value": withField("X: y\r"),
    "a bare CR before the empty line": withField("X: y\r\n\rEVIL: z"),
    "one field too many": ok(`${MANY}\r\nY: z\r\nContent-Length: 4`, "EVIL"),
    "fields that never end": `HTTP/1.1 200 OK\r\n${"A: b\r\n".repeat(4_000)}`,
    "a head one byte too long": withHeadOf(maxHeadBytes + 1),
    "a field longer than a head": withField(`X: ${"a".repeat(2 * maxHeadBytes)}`),
    "a field that never ends": `HTTP/1.1 200 OK\r\nX: ${"a".repeat(40_000)}`,
    "a status line that never ends": `HTTP/1.1 200 ${"a".repeat(40_000)}`,
    "Connection with too many names": withField(`Connection: ${NAMES}`),
  }),

  // Premature ends.
  ...ended({
    "not a byte": "",
    "half a version": "HTTP/",
    "half a status line": "HTTP/1.1 200 O",
    "a status line only": "HTTP/1.1 200 OK\r\n",
    "half a field": "HTTP/1.1 200 OK\r\nContent-Le",
    "a head without an empty line": "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n",
    "half an empty line": "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r",
    "an interim response only": "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n",
    "half a response after an interim one": "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n",
  }),
  ...cut({
    "a length without a body": ok("Content-Length: 4"),
    "a body shorter than its length": ok("Content-Length: 40000", "a".repeat(39_999)),
    "chunks without the first": chunked(""),
    "half a size": chunked("1"),
    "a size without LF": chunked("4\r"),
    "a size only": chunked("4\r\n"),
    "half a chunk": chunked("4\r\nbo"),
    "a chunk without a line end": chunked("4\r\nbody"),
    "half a line end of a chunk": chunked("4\r\nbody\r"),
    "no last chunk": chunked("4\r\nbody\r\n"),
    "half a last chunk": chunked("4\r\nbody\r\n0"),
    "a last chunk without the end": chunked("4\r\nbody\r\n0\r\n"),
    "half an end": chunked("4\r\nbody\r\n0\r\n\r"),
    "a trailer without the end": chunked("4\r\nbody\r\n0\r\nX-Sum: 1\r\n"),
  }, true),

  // Invalid chunks.
  ...cut({
    "no size": chunked("\r\nEVIL\r\n0\r\n\r\n"),
    "a size that is not hexadecimal": chunked("4\r\nbody\r\nEVIL\r\n0\r\n\r\n"),
    "a size with a minus": chunked("-4\r\nEVIL\r\n0\r\n\r\n"),
    "a size with 0x": chunked("0x4\r\nEVIL\r\n0\r\n\r\n"),
    "a space before a size": chunked(" 4\r\nEVIL\r\n0\r\n\r\n"),
    "a space after a size": chunked("4 \r\nEVIL\r\n0\r\n\r\n"),
    "a size of 2^64": chunked("10000000000000000\r\nEVIL\r\n0\r\n\r\n"),
    "a bare LF after a size": chunked("4\nEVIL\r\n0\r\n\r\n"),
    "a bare CR after a size": chunked("4\rEVIL\r\n0\r\n\r\n"),
    "a bare LF in an extension": chunked("4;a\nEVIL\r\n0\r\n\r\n"),
    "a NUL in an extension": chunked("4;\x00\r\nEVIL\r\n0\r\n\r\n"),
    "an extension that never ends": chunked(`4;${"a".repeat(20_000)}`),
    "a chunk longer than its size": chunked("4\r\nbodyEVIL\r\n0\r\n\r\n"),
    "a chunk with a bare LF after it": chunked("4\r\nbody\n4\r\nEVIL\r\n0\r\n\r\n"),
    "a bare LF at the end": chunked("4\r\nbody\r\n0\r\n\nEVIL\r\n\r\n"),
    "a trailer without a colon": chunked("0\r\nX\r\nEVIL\r\n\r\n"),
    "a trailer on a folded line": chunked("0\r\nX: y\r\n EVIL\r\n\r\n"),
    "a trailer with a NUL": chunked("0\r\nX: \x00EVIL\r\n\r\n"),
    "a trailer that is a length": chunked("0\r\nContent-Length: 4\r\n\r\nEVIL"),
    "a trailer that is a coding": chunked("0\r\nTransfer-Encoding: chunked\r\n\r\nEVIL"),
    "trailers that never end": chunked(`0\r\n${"X: y\r\n".repeat(4_000)}`),
  }, false),

  // Unexpected data.
  ...whole({
    "a response after a length": [GET, ok("Content-Length: 4", `body${EVIL}`), 200, "body"],
    "a response after a length of zero": [GET, ok("Content-Length: 0", EVIL), 200, ""],
    "a response after chunks": [GET, chunked(`4\r\nbody\r\n0\r\n\r\n${EVIL}`), 200, "body"],
    "an empty line after a length": [GET, ok("Content-Length: 4", `body\r\n${EVIL}`), 200, "body"],
    "one byte after a length": [GET, ok("Content-Length: 4", "body\x00"), 200, "body"],
    "a response after a length, then the end": [
      GET,
      ok("Content-Length: 4", `body${EVIL}`),
      200,
      "body",
      true,
    ],
    "an interim response after a length": [
      GET,
      ok("Content-Length: 4", `bodyHTTP/1.1 103 EVIL\r\nLink: EVIL\r\n\r\n${EVIL}`),
      200,
      "body",
    ],
    "a response after one that closes": [
      GET,
      ok("Connection: close\r\nContent-Length: 4", `body${EVIL}`),
      200,
      "body",
    ],
    "a response after one of HTTP/1.0": [
      GET,
      `HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 4\r\n\r\nbody${EVIL}`,
      200,
      "body",
    ],
    "a response split by a field": [
      GET,
      `HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n${EVIL}`,
      302,
      "",
    ],
    "204 with a length of zero": [
      GET,
      "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
      204,
      "",
    ],
    "204 and a body": [GET, `HTTP/1.1 204 No Content\r\n\r\n${EVIL}`, 204, ""],
    "304 and a body": [GET, `HTTP/1.1 304 Not Modified\r\n\r\n${EVIL}`, 304, ""],
    "304 with a length and a body": [
      GET,
      `HTTP/1.1 304 Not Modified\r\nContent-Length: ${EVIL.length}\r\n\r\n${EVIL}`,
      304,
      "",
    ],
    "304 with chunks": [
      GET,
      "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nEVIL\r\n0\r\n\r\n",
      304,
      "",
    ],
    "HEAD with a body": [HEAD, ok(`Content-Length: ${EVIL.length}`, EVIL), 200, ""],
    "HEAD with chunks": [HEAD, chunked("4\r\nEVIL\r\n0\r\n\r\n"), 200, ""],
    "HEAD with a body until the end": [HEAD, ok("X: y", EVIL), 200, "", true],
  }),

  // Interim responses.
  ...whole({
    "several interim responses": [
      GET,
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n" +
      `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${ok("Content-Length: 4", "body")}`,
      200,
      "body",
    ],
    "an interim response that closes": [
      GET,
      `HTTP/1.1 103 Early Hints\r\nConnection: close\r\n\r\n${ok("Content-Length: 4", "body")}`,
      200,
      "body",
    ],
    "an interim response to HTTP/1.0": [
      OLD,
      `HTTP/1.1 103 Early Hints\r\nX: EVIL\r\n\r\n${ok("Content-Length: 4", "body")}`,
      200,
      "body",
    ],
  }),
  ...refused({
    "an interim response with a length and a body":
      "HTTP/1.1 103 Early\r\nContent-Length: 4\r\n\r\nEVIL",
    "an interim response with chunks":
      "HTTP/1.1 103 Early\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nEVIL\r\n0\r\n\r\n",
    "an interim response with a bad field": "HTTP/1.1 103 Early\r\nX : EVIL\r\n\r\n",
    "an interim response with two lengths":
      "HTTP/1.1 103 Early\r\nContent-Length: 0\r\nContent-Length: 4\r\n\r\n",
    "an interim response with a long head": `HTTP/1.1 103 E\r\nX: ${"a".repeat(2_000)}\r\n\r\n`,
    "an interim response with bare LFs": "HTTP/1.1 103 Early\nX: EVIL\n\n",
    "interim responses, then invalid data": `${"HTTP/1.1 103 E\r\n\r\n".repeat(3)}EVIL\r\n\r\n`,
    "101 without being asked": "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
    "101 without Upgrade": "HTTP/1.1 101 Switching Protocols\r\n\r\n",
    "101 after an interim response": "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 101 S\r\n\r\n",
  }),
  ...refused({ "101 to an Upgrade that was not in Connection": "HTTP/1.1 101 S\r\n\r\n" }, UPGRADE),
  ...refused({ "101 to HTTP/1.0": "HTTP/1.1 101 S\r\nUpgrade: x\r\n\r\n" }, OLD_UPGRADE),
  {
    name: "too many interim responses",
    request: GET,
    answer: "HTTP/1.1 103 E\r\n\r\n".repeat(2_000) + ok("Content-Length: 4", "body"),
    isLast: false,
    status: "any",
  },

  // Unusual but valid.
  ...whole({
    "a body until the end": [GET, ok("X: y", `body\r\n${ok("")}`), 200, `body\r\n${ok("")}`, true],
    "no body until the end": [GET, ok("X: y"), 200, "", true],
    "HTTP/1.0 until the end": [GET, "HTTP/1.0 200 OK\r\n\r\nbody", 200, "body", true],
    "an empty reason": [GET, "HTTP/1.1 200 \r\nContent-Length: 4\r\n\r\nbody", 200, "body"],
    "a reason outside ASCII": [
      GET,
      "HTTP/1.1 404 N\xf6\r\nContent-Length: 4\r\n\r\nbody",
      404,
      "body",
    ],
    "a head of maximum length": [GET, withHeadOf(maxHeadBytes), 200, "body"],
    "the maximum number of fields": [
      GET,
      ok(`${MANY}\r\nContent-Length: 4`, "body"),
      200,
      "body",
    ],
    "chunks with extensions and trailers": [
      GET,
      chunked('4;a="b;c"\r\nbody\r\n00;d\r\nX-Sum: 1\r\n\r\n'),
      200,
      "body",
    ],
    "data that looks like a response": [
      GET,
      ok(`Content-Length: ${ok("").length}`, ok("")),
      200,
      ok(""),
    ],
    "Connection with the name of Content-Length": [
      GET,
      ok("Connection: content-length\r\nContent-Length: 4", "body"),
      200,
      "body",
    ],
    "Connection with the name of Transfer-Encoding": [
      GET,
      ok("Connection: transfer-encoding\r\nTransfer-Encoding: chunked", "4\r\nbody\r\n0\r\n\r\n"),
      200,
      "body",
    ],
    "hop-by-hop fields": [
      GET,
      ok(
        "Connection: x-hop\r\nX-Hop: EVIL\r\nKeep-Alive: EVIL\r\nProxy-Connection: EVIL\r\n" +
          "Upgrade: EVIL\r\nContent-Length: 4",
        "body",
      ),
      200,
      "body",
    ],
    "chunks for HTTP/1.0": [OLD, chunked("4\r\nbody\r\n0\r\nX: EVIL\r\n\r\n" + EVIL), 200, "body"],
    "several chunks for HTTP/1.0": [
      OLD,
      chunked("2\r\nbo\r\n1;a\r\nd\r\n1\r\ny\r\n0\r\n\r\n"),
      200,
      "body",
    ],
    "thousands of chunks for HTTP/1.0": [
      OLD,
      chunked(`${"1\r\na\r\n2;x\r\nbc\r\n".repeat(5_000)}0\r\n\r\n`),
      200,
      "abc".repeat(5_000),
    ],
    "HEAD with chunks, to HTTP/1.0": [OLD_HEAD, chunked(""), 200, ""],
    "304 with chunks, to HTTP/1.0": [
      OLD,
      "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n",
      304,
      "",
    ],
    "a length for HTTP/1.0": [OLD, ok("Content-Length: 4", `body${EVIL}`), 200, "body"],
  }),
];
