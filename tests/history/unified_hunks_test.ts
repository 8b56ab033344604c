import assert from "node:assert/strict";
import fc from "fast-check";
import { applyPatch } from "diff";
import { unifiedHunks } from "../../lib/history/unified_hunks.ts";

const rows: readonly (readonly [before: string, after: string, hunks: string])[] = [
  ["a\n", "a\n", ""],
  ["", "", ""],
  ["a\nb\n", "a\nc\n", "@@ -1,2 +1,2 @@\n a\n-b\n+c\n"],
  ["", "a\nb\n", "@@ -0,0 +1,2 @@\n+a\n+b\n"],
  ["a\n", "", "@@ -1,1 +0,0 @@\n-a\n"],
  ["a", "b\n", "@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+b\n"],
  ["a\r\n", "a\n", "@@ -1,1 +1,1 @@\n-a\r\n+a\n"],
];

for (const [before, after, hunks] of rows) {
  Deno.test(`unifiedHunks() from ${JSON.stringify(before)} to ${JSON.stringify(after)}`, () => {
    assert.equal(unifiedHunks(before, after, { timeoutMs: 10_000 }), hunks);
  });
}

Deno.test("unifiedHunks() keeps three lines around a change, and makes a hunk for each", () => {
  const lines = Array.from({ length: 30 }, (_, index) => `${index}\n`);
  const changed = lines.map((line, index) => index === 5 || index === 25 ? `new ${line}` : line);
  const hunks = unifiedHunks(lines.join(""), changed.join(""), { timeoutMs: 10_000 });
  assert.deepEqual(hunks.match(/^@@.*$/gm), ["@@ -3,7 +3,7 @@", "@@ -23,7 +23,7 @@"]);
});

const text = fc.array(fc.constantFrom("a\n", "b\n", "\n", "c"), { maxLength: 12 })
  .map((lines) => lines.join(""));

for (const timeoutMs of [10_000, -1]) {
  Deno.test(`unifiedHunks() leads from one text to the other with ${timeoutMs} ms`, () => {
    fc.assert(fc.property(text, text, (before, after) => {
      const hunks = unifiedHunks(before, after, { timeoutMs });
      if (before === after) assert.equal(hunks, "");
      else assert.equal(applyPatch(before, `--- a\n+++ b\n${hunks}`), after);
    }));
  });
}

Deno.test("unifiedHunks() of texts without a common line ends, and shows both", () => {
  const many = (word: string): string =>
    Array.from({ length: 20_000 }, (_, index) => `${word} ${index}\n`).join("");
  const hunks = unifiedHunks(many("a"), many("b"), { timeoutMs: 20 });
  assert.equal(hunks.match(/^-/gm)!.length, 20_000);
  assert.equal(hunks.match(/^\+/gm)!.length, 20_000);
  assert.match(hunks, /^@@ -1,20000 \+1,20000 @@\n/);
});
