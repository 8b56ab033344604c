import assert from "node:assert/strict";
import { parseSize } from "../../lib/config/size.ts";

const valid: readonly [text: string, bytes: number][] = [
  ["0B", 0],
  ["512B", 512],
  ["64KiB", 65_536],
  ["1.5MiB", 1_572_864],
  ["2GiB", 2_147_483_648],
  ["1kB", 1_000],
  ["10MB", 10_000_000],
  ["0.5GB", 500_000_000],
  ["8388607GiB", 9_007_198_180_999_168],
];

for (const [text, bytes] of valid) {
  Deno.test(`parseSize() reads "${text}" as ${bytes} bytes`, () => {
    assert.equal(parseSize(text), bytes);
  });
}

for (
  const text of ["", "5", "B", "5 B", "-5B", "5b", "5KB", "5kib", "5K", "1TiB", "1e3B", "5B\n"]
) {
  Deno.test(`parseSize() refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => parseSize(text), {
      name: "SyntaxError",
      message: `"${text}" is not a size. Write a number and a unit: 512B, 64KiB, 10MB, 1GiB`,
    });
  });
}

Deno.test("parseSize() refuses sizes that are not exact", () => {
  assert.throws(() => parseSize("8388608GiB"), RangeError);
});
