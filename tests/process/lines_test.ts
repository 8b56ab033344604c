import assert from "node:assert/strict";
import { createLineSplitter, type OutputLine } from "../../lib/process/lines.ts";

const encoder = new TextEncoder();

function full(text: string): OutputLine {
  return { text, isPartial: false };
}

function partial(text: string): OutputLine {
  return { text, isPartial: true };
}

/** The lines that a splitter returns for chunks. */
function split(chunks: readonly Uint8Array[], maxLine?: number): OutputLine[] {
  const splitter = createLineSplitter(maxLine);
  return [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()];
}

const cases: readonly [text: string, lines: readonly OutputLine[]][] = [
  ["", []],
  ["\n", [full("")]],
  ["a", [full("a")]],
  ["a\n", [full("a")]],
  ["a\nb", [full("a"), full("b")]],
  ["a\n\n\nb\n", [full("a"), full(""), full(""), full("b")]],
  ["a\r\nb\r", [full("a"), full("b")]],
  ["a\rb\n", [full("a\rb")]],
  ["a\r\r\n", [full("a\r")]],
  ["a\tb\0c\n", [full("a\tb\0c")]],
  ["a\u2028b\n", [full("a\u2028b")]],
];

for (const [text, lines] of cases) {
  Deno.test(`createLineSplitter() of ${JSON.stringify(text)}, whole and byte by byte`, () => {
    const bytes = encoder.encode(text);
    assert.deepEqual(split([bytes]), lines);
    assert.deepEqual(split([...bytes].map((byte) => Uint8Array.of(byte))), lines);
  });
}

Deno.test("createLineSplitter() returns a line as soon as its line feed arrives", () => {
  const splitter = createLineSplitter();
  assert.deepEqual(splitter.push(encoder.encode("a")), []);
  assert.deepEqual(splitter.push(encoder.encode("b\nc")), [full("ab")]);
  assert.deepEqual(splitter.end(), [full("c")]);
  assert.deepEqual(splitter.end(), []);
});

Deno.test("createLineSplitter() keeps characters whole for any split of the bytes", () => {
  const text = "aé€👋\r\n👨‍👩‍👧é\nend€";
  const bytes = encoder.encode(text);
  const expected = [full("aé€👋"), full("👨‍👩‍👧é"), full("end€")];
  for (let first = 0; first <= bytes.length; first++) {
    for (let second = first; second <= bytes.length; second++) {
      const chunks = [
        bytes.subarray(0, first),
        bytes.subarray(first, second),
        bytes.subarray(second),
      ];
      assert.deepEqual(split(chunks), expected, `cut at ${first} and ${second}`);
    }
  }
});

const broken: readonly [bytes: readonly number[], lines: readonly OutputLine[]][] = [
  [[0xff, 0x61, 0x0a], [full("\ufffda")]],
  [[0xc3, 0x0a, 0x61], [full("\ufffd"), full("a")]],
  [[0x61, 0xe2, 0x82], [full("a\ufffd")]],
];

for (const [bytes, lines] of broken) {
  Deno.test(`createLineSplitter() returns U+FFFD for ${bytes.map((one) => one.toString(16))}`, () => {
    assert.deepEqual(split([Uint8Array.from(bytes)]), lines);
  });
}

const long: readonly [text: string, lines: readonly OutputLine[]][] = [
  ["abcd\n", [full("abcd")]],
  ["abcd", [full("abcd")]],
  ["abcde\n", [partial("abcd"), full("e")]],
  ["abcdefgh\n", [partial("abcd"), full("efgh")]],
  ["abcdefghi", [partial("abcd"), partial("efgh"), full("i")]],
  ["abcdefghij\nk\n", [partial("abcd"), partial("efgh"), full("ij"), full("k")]],
  // A surrogate pair is never split.
  ["abc👋d\n", [partial("abc"), full("👋d")]],
  ["ab👋d\n", [partial("ab👋"), full("d")]],
  ["👋👋👋\n", [partial("👋👋"), full("👋")]],
  ["a👋👋👋\n", [partial("a👋"), full("👋👋")]],
];

for (const [text, lines] of long) {
  Deno.test(`createLineSplitter() cuts ${JSON.stringify(text)} at 4, whole and byte by byte`, () => {
    const bytes = encoder.encode(text);
    assert.deepEqual(split([bytes], 4), lines);
    assert.deepEqual(split([...bytes].map((byte) => Uint8Array.of(byte)), 4), lines);
  });
}

Deno.test("createLineSplitter() returns parts of an endless line", () => {
  const splitter = createLineSplitter();
  const chunk = encoder.encode("x".repeat(1_000));
  const lines = Array.from({ length: 100 }, () => splitter.push(chunk)).flat();
  assert.ok(lines.every((line) => line.isPartial && line.text.length === 16 * 1024));
  assert.equal(lines.length, Math.floor(100_000 / (16 * 1024)));
  const [rest] = splitter.end();
  assert.deepEqual(rest, full("x".repeat(100_000 % (16 * 1024))));
});
