import assert from "node:assert/strict";
import { judgeName, nameProblem } from "../../lib/config/function_name.ts";

const accepted = [
  "hello",
  "a",
  "0",
  "-x",
  "--help",
  "a b",
  " a",
  "%00",
  "%2F",
  "a.b",
  "a..b",
  "a_",
  "CON",
  "~",
  "'\"$`",
  "naïve",
  "函数",
  "👋",
  "a".repeat(63),
  "é".repeat(31) + "a",
  "\u00a0",
];

for (const name of accepted) {
  Deno.test(`judgeName() accepts ${JSON.stringify(name)}`, () => {
    assert.deepEqual(judgeName(name), { type: "function" });
  });
}

const reserved = [".", "..", ".git", "_", "_shared", "__proto__", "._", `_${"a".repeat(99)}`];

for (const name of reserved) {
  Deno.test(`judgeName() reserves ${JSON.stringify(name)}`, () => {
    assert.deepEqual(judgeName(name), { type: "reserved" });
  });
}

const CONTROL = "the name contains a control character";
const NOT_UTF8 = "the name is not UTF-8";

const refused: readonly [name: string, reason: string][] = [
  ["", "the name is empty"],
  ["a".repeat(64), "the name has 64 bytes; at most 63 are allowed"],
  ["é".repeat(32), "the name has 64 bytes; at most 63 are allowed"],
  ["👋".repeat(16), "the name has 64 bytes; at most 63 are allowed"],
  ["a/b", "the name contains a slash"],
  ["a\0", CONTROL],
  ["a\nb", CONTROL],
  ["\x1b[2J", CONTROL],
  ["\x1f", CONTROL],
  ["\x7f", CONTROL],
  ["\x80", CONTROL],
  ["\x9f", CONTROL],
  ["a\ufffd", NOT_UTF8],
  ["\ud800", NOT_UTF8],
  ["\udc00a", NOT_UTF8],
];

for (const [name, reason] of refused) {
  Deno.test(`judgeName() refuses ${JSON.stringify(name)}`, () => {
    assert.deepEqual(judgeName(name), { type: "refused", reason });
  });
}

Deno.test("nameProblem() returns a reason, also for reserved names", () => {
  assert.equal(nameProblem("hello"), undefined);
  assert.equal(nameProblem("_shared"), "it begins with . or _");
  assert.equal(nameProblem("a/b"), "the name contains a slash");
});
