import assert from "node:assert/strict";
import { formatRateLimit, parseRateLimit } from "../../lib/config/rate_limit.ts";

const read: readonly (readonly [text: string, count: number, periodMs: number, burst: number])[] = [
  ["100/s", 100, 1_000, 100],
  ["600/m", 600, 60_000, 600],
  ["1/h", 1, 3_600_000, 1],
  ["100/s burst 200", 100, 1_000, 200],
  ["5/m burst 1", 5, 60_000, 1],
];

for (const [text, count, periodMs, burst] of read) {
  Deno.test(`parseRateLimit() reads "${text}", and formatRateLimit() writes it`, () => {
    const limit = parseRateLimit(text);
    assert.deepEqual(limit, { count, periodMs, burst });
    assert.equal(formatRateLimit(limit), text);
  });
}

Deno.test('parseRateLimit() parses "none"', () => {
  assert.equal(parseRateLimit("none"), "none");
  assert.equal(formatRateLimit("none"), "none");
});

for (
  const text of ["", "100", "100/", "/s", "100/d", "1.5/s", "-1/s", "100/s burst", "100/s burst x"]
    .concat(["100 /s", "100/s  burst 5", "100/10s", "never", "100/s burst 5 "])
) {
  Deno.test(`parseRateLimit() refuses "${text}"`, () => {
    assert.throws(() => parseRateLimit(text), { name: "SyntaxError", message: /is not a rate/ });
  });
}

for (const text of ["0/s", "1/s burst 0", "1000001/s", "1/s burst 1000001", "999999999999999/s"]) {
  Deno.test(`parseRateLimit() refuses "${text}", which is out of bounds`, () => {
    assert.throws(() => parseRateLimit(text), { name: "RangeError", message: /1 to 1000000$/ });
  });
}
