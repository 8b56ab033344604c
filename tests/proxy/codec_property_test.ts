import fc from "fast-check";
import { deepEqual, equal, match } from "node:assert/strict";
import { ChunkedScanner } from "../../lib/proxy/http1/chunked.ts";
import {
  type FieldTable,
  nameEnd,
  nameStart,
  valueEnd,
  valueStart,
} from "../../lib/proxy/http1/fields.ts";
import { findHeadEnd } from "../../lib/proxy/http1/head_end.ts";
import { createRequestHead, parseRequestHead } from "../../lib/proxy/http1/request_head.ts";
import { createResponseHead, parseResponseHead } from "../../lib/proxy/http1/response_head.ts";
import { bytesOf, openStage, textOf } from "./harness.ts";
import {
  chunkedBody,
  field,
  type FieldLine,
  fieldLine,
  fieldValue,
  framingFields,
  mutated,
  octets,
  path,
  token,
  writeChunkedBody,
  writeHead,
} from "./message_arbitrary.ts";
import { openRecorder } from "./recorder.ts";

const MAX_FIELDS = 16;
const LIMITS = { maxTargetBytes: 64 };

/** The range of a message in a buffer. */
interface Place {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** Parses a range, and returns plain values without offsets. */
type Reader = (place: Place) => unknown;

function fieldsOf(bytes: Uint8Array, table: FieldTable): [string, string][] {
  return Array.from({ length: table.count }, (_, index) => [
    textOf(bytes.subarray(nameStart(table, index), nameEnd(table, index))),
    textOf(bytes.subarray(valueStart(table, index), valueEnd(table, index))),
  ]);
}

const readRequest: Reader = ({ bytes, start, end }) => {
  const head = createRequestHead(MAX_FIELDS);
  const fault = parseRequestHead(bytes, { start, end }, head, LIMITS);
  if (fault !== undefined) return fault;
  const { isHttp10, isGet, isHead, framing, isPersistent, isUpgrade, isHealthCheck } = head;
  const text = (from: number, to: number) => textOf(bytes.subarray(from, to));
  return {
    method: text(head.methodStart, head.methodEnd),
    authority: text(head.authorityStart, head.authorityEnd),
    target: text(head.targetStart, head.targetEnd),
    names: head.connectionNames.map((name) => text(name.start, name.end)),
    fields: fieldsOf(bytes, head.fields),
    ...{ isHttp10, isGet, isHead, framing, isPersistent, isUpgrade, isHealthCheck },
  };
};

const readResponse: Reader = ({ bytes, start, end }) => {
  const head = createResponseHead(MAX_FIELDS);
  const fault = parseResponseHead(bytes, { start, end, isForHead: false }, head);
  if (fault !== undefined) return fault;
  const { status, isHttp10, framing, isPersistent } = head;
  const fields = fieldsOf(bytes, head.fields);
  return { status, isHttp10, framing, isPersistent, fields, length: head.fieldsStart - start };
};

/** Scans chunks in pieces, split at `cuts`. */
function readChunks({ bytes, start, end }: Place, cuts: readonly number[] = []): unknown {
  const scanner = new ChunkedScanner();
  let [stop, data] = [start, ""];
  for (const cut of [...cuts.map((at) => start + at), end]) {
    const range = { start: stop, end: Math.min(cut, end) };
    stop = scanner.scan(bytes, range, (from, to) => data += textOf(bytes.subarray(from, to)));
    if (scanner.isDone || scanner.fault !== undefined) break;
  }
  return { isDone: scanner.isDone, fault: scanner.fault, length: stop - start, data };
}

/** Parses a head that `findHeadEnd` delimits; returns `undefined` if it does not end. */
function readHead(text: string, reader: Reader): unknown {
  const bytes = bytesOf(text);
  const end = findHeadEnd(bytes, 0, bytes.length);
  return end === -1 ? undefined : reader({ bytes, start: 0, end });
}

const requestHead = fc.record({
  method: fc.oneof(token, fc.constantFrom("GET", "HEAD", "OPTIONS", "head", "HEAD1"))
    .filter((method) => method !== "CONNECT"),
  authority: fc.constantFrom("", "", "other", "[::1]:80"),
  target: path,
  isHttp10: fc.boolean(),
  framing: framingFields,
  fields: fc.array(fieldLine, { maxLength: 8 }),
}).filter(({ isHttp10, framing }) => !isHttp10 || framing[0]?.name !== "Transfer-Encoding");

const requestText = requestHead.map((head) => writeRequest(head));

const responseHead = fc.record({
  status: fc.integer({ min: 100, max: 599 }),
  reason: fc.oneof(fc.constant(""), fieldValue.map((text) => ` ${text}`)),
  framing: framingFields,
  fields: fc.array(fieldLine, { maxLength: 8 }),
});

const responseText = responseHead.map(({ status, reason, framing, fields }) =>
  writeHead({ line: `HTTP/1.1 ${status}${reason}`, fields: [...fields, ...framing] })
);

type RequestParts = typeof requestHead extends fc.Arbitrary<infer Parts> ? Parts : never;

function writeRequest({ method, authority, target, isHttp10, framing, fields }: RequestParts) {
  const uri = authority === "" ? target : `http://${authority}${target}`;
  const line = `${method} ${uri} HTTP/1.${isHttp10 ? 0 : 1}`;
  return writeHead({ line, fields: [field("Host", "h"), ...fields, ...framing] });
}

/** The framing that the fields declare; `otherwise` if they declare none. */
function framingBy([line]: readonly FieldLine[], otherwise: string): unknown {
  if (line === undefined) return { type: otherwise };
  if (line.name === "Transfer-Encoding") return { type: "chunked" };
  return line.value === "0" ? { type: "none" } : { type: "length", length: Number(line.value) };
}

const pairs = (fields: readonly FieldLine[]): [string, string][] =>
  fields.map(({ name, value }) => [name, value]);

Deno.test("parseRequestHead() parses generated requests", () => {
  fc.assert(
    fc.property(requestHead, (parts) => {
      const { method, authority, target, isHttp10, framing, fields } = parts;
      const read = readHead(writeRequest(parts), readRequest) as Record<string, unknown>;
      deepEqual({ ...read, isPersistent: 0, isUpgrade: 0, isHealthCheck: 0, names: 0 }, {
        ...{
          method,
          authority,
          target,
          isHttp10,
          isGet: method === "GET",
          isHead: method === "HEAD",
        },
        framing: framingBy(framing, "none"),
        fields: [["Host", "h"], ...pairs(fields), ...pairs(framing)],
        ...{ isPersistent: 0, isUpgrade: 0, isHealthCheck: 0, names: 0 },
      });
    }),
    { numRuns: 3_000 },
  );
});

Deno.test("parseResponseHead() parses generated responses", () => {
  fc.assert(
    fc.property(responseHead, ({ status, reason, framing, fields }) => {
      const line = `HTTP/1.1 ${status}${reason}`;
      const read = readHead(writeHead({ line, fields: [...fields, ...framing] }), readResponse);
      const declared = framingBy(framing, "close") as { readonly type: string };
      const isBodiless = status < 200 || status === 204;
      if (isBodiless && ["length", "chunked"].includes(declared.type)) {
        match(String(read), /declares a body/);
        return;
      }
      deepEqual(read, {
        status,
        isHttp10: false,
        framing: isBodiless || status === 304 ? { type: "none" } : declared,
        isPersistent: framing.length > 0 || isBodiless || status === 304,
        fields: [...pairs(fields), ...pairs(framing)],
        length: line.length + 2,
      });
    }),
    { numRuns: 3_000 },
  );
});

Deno.test("ChunkedScanner scans generated bodies for any split of the input", () => {
  fc.assert(
    fc.property(chunkedBody, (body) => {
      const bytes = bytesOf(`${writeChunkedBody(body)}GET / HTTP/1.1\r\n`);
      const length = bytes.length - "GET / HTTP/1.1\r\n".length;
      const data = body.chunks.map((chunk) => chunk.data).join("");
      const expected = { isDone: true, fault: undefined, length, data };
      const place = { bytes, start: 0, end: bytes.length };
      for (let cut = 0; cut <= length; cut++) deepEqual(readChunks(place, [cut]), expected);
    }),
    { numRuns: 600 },
  );
});

/** Data after a message: nothing, or bytes that might mislead a parser. */
const POISONS = [
  "\0".repeat(99),
  "A".repeat(99),
  "\r\n\r\n".repeat(20),
  "1: /\r\n\r\n",
  " HTTP/1.1\r\n",
];

/** Asserts the same result for bytes alone, with anything after them, and at another offset. */
function isReadAlike(text: string, reader: Reader): void {
  const bytes = bytesOf(text);
  const alone = reader({ bytes, start: 0, end: bytes.length });
  for (const poison of POISONS) {
    const around = bytesOf(`\r\n${text}${poison}`);
    deepEqual(reader({ bytes: around, start: 2, end: 2 + bytes.length }), alone);
  }
}

/** Any bytes, valid messages, and damaged ones. */
function anyOf(valid: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.oneof(octets, valid, { weight: 3, arbitrary: mutated(valid) });
}

Deno.test("findHeadEnd() ignores data after the head, and continues where it stopped", () => {
  const text = fc.oneof(
    anyOf(requestText),
    fc.string({ unit: fc.constantFrom("\r", "\n", "\r\n", "a", ":") }),
  );
  fc.assert(
    fc.property(text, fc.array(fc.nat({ max: 300 }), { maxLength: 9 }), (whole, cuts) => {
      const bytes = bytesOf(whole);
      const end = findHeadEnd(bytes, 0, bytes.length);
      for (const poison of [...POISONS, "\n\n", "\n".repeat(9_000)]) {
        equal(findHeadEnd(bytesOf(whole + poison), 0, bytes.length), end);
      }
      let [found, scanned] = [-1, 0];
      for (const cut of [...cuts.sort((one, other) => one - other), bytes.length]) {
        const read = Math.min(cut, bytes.length);
        found = findHeadEnd(bytes, scanned, read);
        if (found !== -1) break;
        // An end may start up to three bytes before the new data.
        scanned = Math.max(0, read - 3);
      }
      equal(found, end);
    }),
    { numRuns: 6_000 },
  );
});

for (
  const [name, valid, reader] of [
    ["parseRequestHead()", requestText, readRequest],
    ["parseResponseHead()", responseText, readResponse],
  ] as const
) {
  Deno.test(`${name} accepts any bytes, and reads none after the head`, () => {
    fc.assert(
      fc.property(anyOf(valid), (text) => {
        const end = findHeadEnd(bytesOf(text), 0, text.length);
        // The parser only gets heads that have an end.
        const head = end === -1 ? `${text}\r\n\r\n` : text.slice(0, end);
        isReadAlike(head.slice(0, findHeadEnd(bytesOf(head), 0, head.length)), reader);
      }),
      { numRuns: 8_000 },
    );
  });

  Deno.test(`${name} parses two adjacent heads like single ones`, () => {
    fc.assert(
      fc.property(valid, valid, (first, second) => {
        const bytes = bytesOf(first + second);
        const end = findHeadEnd(bytes, 0, bytes.length);
        equal(end, first.length);
        deepEqual(reader({ bytes, start: 0, end }), readHead(first, reader));
        equal(findHeadEnd(bytes, end, bytes.length), bytes.length);
        deepEqual(reader({ bytes, start: end, end: bytes.length }), readHead(second, reader));
      }),
      { numRuns: 1_500 },
    );
  });
}

Deno.test("ChunkedScanner accepts any bytes, and reads none after the body", () => {
  fc.assert(
    fc.property(anyOf(chunkedBody.map(writeChunkedBody)), (text) => {
      isReadAlike(text, readChunks);
      const bytes = bytesOf(text);
      const place = { bytes, start: 0, end: bytes.length };
      const whole = readChunks(place);
      for (let cut = 0; cut <= bytes.length; cut++) deepEqual(readChunks(place, [cut]), whole);
      deepEqual(readChunks(place, Array.from(text, (_, index) => index)), whole);
    }),
    { numRuns: 1_500 },
  );
});

Deno.test("ChunkedScanner scans two adjacent bodies like single ones", () => {
  const body = chunkedBody.map(writeChunkedBody);
  fc.assert(
    fc.property(body, body, (first, second) => {
      const bytes = bytesOf(first + second);
      const place = { bytes, start: 0, end: bytes.length };
      deepEqual(readChunks(place), readChunks({ ...place, end: first.length }));
      const apart = bytesOf(second);
      deepEqual(
        readChunks({ ...place, start: first.length }),
        readChunks({ bytes: apart, start: 0, end: apart.length }),
      );
    }),
    { numRuns: 1_500 },
  );
});

const HOST = "Host: h\r\n";
const CHUNKS = '3;a="b"\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n';

/** Messages that are forwarded and keep their connection open. */
const TAKEN = [
  `GET /app HTTP/1.1\r\n${HOST}\r\n`,
  `\r\n\r\nGET /app/a?b HTTP/1.1\r\n${HOST}\r\n`,
  `HEAD http://other:1/app/a HTTP/1.1\r\n${HOST}\r\n`,
  `POST /app HTTP/1.1\r\n${HOST}Content-Length: 4\r\n\r\n\r\n\r\n`,
  `POST /app HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n${CHUNKS}`,
  `PUT /app HTTP/1.1\r\n${HOST}Expect: 100-continue\r\nContent-Length: 3\r\n\r\nabc`,
  `GET /app HTTP/1.0\r\nConnection: keep-alive\r\n\r\n`,
  `GET /app HTTP/1.1\r\n${HOST}Connection: x-hop\r\nX-Hop: 1\r\nTE: trailers\r\nA: b \r\n\r\n`,
  `GET /app HTTP/1.1\r\n${HOST}X-Forwarded-For: 6.6.6.6\r\nForwarded: for=6.6.6.6\r\n\r\n`,
  `GET /app HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: x\r\n\r\n`,
  `GET /%61pp//%C3%A9/%2F HTTP/1.1\r\n${HOST}A: \xe9\r\n\r\n`,
  `GET /app/1 HTTP/1.1\r\n${HOST}\r\nGET /app/2 HTTP/1.1\r\n${HOST}\r\n`,
];

/** Messages that are rejected and close their connection. */
const REFUSED = [
  `GET /app HTTP/1.1\r\n${HOST}A: b\r\n c\r\n\r\n`,
  `GET /app HTTP/1.1\n${HOST}\r\n`,
  `GET /app/\xc3\xa9 HTTP/1.1\r\n${HOST}\r\n`,
  `GET /app#a HTTP/1.1\r\n${HOST}\r\n`,
  `GET /app HTTP/2.0\r\n${HOST}\r\n`,
  `POST /app HTTP/1.1\r\n${HOST}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  `GET /app HTTP/1.1\r\n${HOST}X: ${"a".repeat(300)}\r\n\r\n`,
  `GET /app/${"a".repeat(300)} HTTP/1.1\r\n${HOST}\r\n`,
];

const NONE = `GET /none HTTP/1.1\r\n${HOST}\r\n`;

Deno.test("serveClient() forwards a message the same for any split of the input", async () => {
  for (const message of TAKEN) {
    await using stage = openStage();
    await using recorder = openRecorder();
    stage.routes.set("app", { type: "ready", upstream: recorder.upstream });
    const [client, other] = [await stage.connect(), await stage.connect()];
    for (let cut = 0; cut < message.length; cut++) {
      await client.write(message.slice(0, cut));
      // The response to another client shows that the proxy has processed the data.
      await other.write(NONE);
      await other.readUntil("Function not found");
      await client.write(message.slice(cut));
      for (const _ of message.matchAll(/ HTTP\//g)) await client.readHead();
    }
    const got = (await recorder.finish()).replaceAll(/(?<=X-Request-Id: )[0-9a-f-]{36}/g, "ID");
    const one = got.slice(0, got.length / message.length);
    equal(got, one.repeat(message.length), message);
  }
});

Deno.test("serveClient() rejects a message with the same reply for any split of the input", async () => {
  await using stage = openStage({ maxHeadBytes: 256, maxTargetBytes: 128 });
  const other = await stage.connect();
  for (const message of REFUSED) {
    const answers = new Set<string>();
    for (let cut = 0; cut < message.length; cut++) {
      using client = await stage.connect();
      await client.write(message.slice(0, cut));
      await other.write(NONE);
      await other.readUntil("Function not found");
      await client.write(message.slice(cut));
      answers.add((await client.readAll()).replace(/\r\ndate: [^\r]+/, ""));
    }
    equal(answers.size, 1, [message, ...answers].join("\n"));
  }
  equal(stage.backend.opened, 0);
});
