import fc from "fast-check";

/** The parts of a field line; the blanks around the value are extra parts. */
export interface FieldLine {
  readonly name: string;
  readonly before: string;
  readonly value: string;
  readonly after: string;
}

/** The parts of a message head. */
export interface Head {
  /** The first line, without its end. */
  readonly line: string;
  readonly fields: readonly FieldLine[];
}

/** The parts of a chunked body. */
export interface ChunkedBody {
  readonly chunks: readonly Chunk[];
  /** The last chunk's size and extension. */
  readonly last: string;
  readonly trailers: readonly FieldLine[];
}

interface Chunk {
  readonly leading: string;
  readonly extension: string;
  readonly data: string;
}

const TCHARS = [..."!#$%&'*+-.^_`|~0123456789abcxyzABCXYZ"];
const VISIBLE = chars(0x21, 0x7e);
const OBS_TEXT = chars(0x80, 0xff);

const blank = fc.constantFrom("", " ", "\t", " \t ");
const octet = fc.integer({ min: 0, max: 255 }).map((byte) => String.fromCharCode(byte));

/** Any bytes, one character each. */
export const octets = fc.string({ unit: octet, maxLength: 60 });

/** A method or a field's name. */
export const token = fc.string({ unit: fc.constantFrom(...TCHARS), minLength: 1, maxLength: 9 });

/** A field's value: blanks inside it only. */
export const fieldValue = fc.string({
  unit: fc.constantFrom(...VISIBLE, ...OBS_TEXT, " ", " ", "\t"),
  maxLength: 20,
}).map((text) => text.replace(/^[ \t]+|[ \t]+$/g, ""));

/** A path and a query of all bytes that may be sent in one. */
export const path = fc.string({
  unit: fc.constantFrom(...VISIBLE.filter((char) => char !== "#"), "/", "%", "?"),
  maxLength: 20,
}).map((text) => `/${text}`);

/** A field without effect on the framing of its message. */
export const fieldLine: fc.Arbitrary<FieldLine> = fc.record({
  name: fc.oneof(token, fc.constantFrom("Accept", "cookie", "X-Hop", "Content-Lengthy", "Hos"))
    .filter((name) => !/^(content-length|transfer-encoding|connection|host)$/i.test(name)),
  before: blank,
  value: fieldValue,
  after: blank,
});

const extension = fc.oneof(
  { weight: 3, arbitrary: fc.constant("") },
  fc.tuple(token, fc.oneof(fc.constant(""), token, quoted())).map(([name, value]) =>
    value === "" ? `;${name}` : `;${name}=${value}`
  ),
  fc.constantFrom(";a;b;c=d", ';a="0\t;"', ';a=b;c="\\""'),
);

const chunk: fc.Arbitrary<Chunk> = fc.record({
  leading: fc.constantFrom("", "", "0", "00"),
  extension,
  data: fc.oneof(
    fc.string({ unit: octet, minLength: 1, maxLength: 20 }),
    fc.constantFrom("0\r\n\r\n", "\r\n", "5\r\nhello\r\n", "x".repeat(300)),
  ),
});

export const chunkedBody: fc.Arbitrary<ChunkedBody> = fc.record({
  chunks: fc.array(chunk, { maxLength: 4 }),
  last: fc.tuple(fc.constantFrom("0", "000"), extension).map((parts) => parts.join("")),
  trailers: fc.array(fieldLine.filter(({ name }) => !/^(cookie|te)$/i.test(name)), {
    maxLength: 3,
  }),
});

/** The fields that declare a body: none, a length, or chunked coding. */
export const framingFields: fc.Arbitrary<readonly FieldLine[]> = fc.oneof(
  fc.constant([]),
  fc.tuple(fc.constantFrom("Content-Length", "content-length"), fc.nat({ max: 2_000 })).map(
    ([name, length]) => [field(name, String(length))],
  ),
  fc.constantFrom("chunked", "CHUNKED").map((coding) => [field("Transfer-Encoding", coding)]),
);

/** A field with one space. */
export function field(name: string, value: string): FieldLine {
  return { name, before: " ", value, after: "" };
}

export function writeFields(fields: readonly FieldLine[]): string {
  return fields.map(({ name, before, value, after }) => `${name}:${before}${value}${after}\r\n`)
    .join("");
}

export function writeHead({ line, fields }: Head): string {
  return `${line}\r\n${writeFields(fields)}\r\n`;
}

export function writeChunkedBody({ chunks, last, trailers }: ChunkedBody): string {
  const written = chunks.map(({ leading, extension, data }) =>
    `${leading}${data.length.toString(16)}${extension}\r\n${data}\r\n`
  );
  return `${written.join("")}${last}\r\n${writeFields(trailers)}\r\n`;
}

/** A text with a few bytes removed, inserted or replaced, mostly by delimiters. */
export function mutated(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const edit = fc.record({
    at: fc.nat({ max: 1_000 }),
    removed: fc.nat({ max: 3 }),
    added: fc.oneof(
      fc.constantFrom("", "\r", "\n", "\r\n", " ", "\t", "\0", ":", ",", ";", "0", "\x0b", "\x7f"),
      fc.constantFrom(
        "\r\n\r\n",
        "Content-Length: 1\r\n",
        "chunked",
        "HTTP/1.",
        "\xff",
        " HTTP/1.1",
      ),
      octet,
    ),
  });
  return fc.tuple(text, fc.array(edit, { minLength: 1, maxLength: 3 })).map(([whole, edits]) =>
    edits.reduce((now, { at, removed, added }) => {
      const from = at % (now.length + 1);
      return now.slice(0, from) + added + now.slice(from + removed);
    }, whole)
  );
}

function quoted(): fc.Arbitrary<string> {
  const unit = fc.constantFrom("a", "0", " ", "\t", ";", "=", ",", '\\"', "\\\\");
  return fc.string({ unit, maxLength: 6 }).map((text) => `"${text}"`);
}

function chars(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => String.fromCharCode(from + index));
}
