import assert from "node:assert/strict";
import { quantileOfSorted, sharesOf, waitsOf } from "./distribution.ts";

Deno.test("quantileOfSorted() takes the nearest rank", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
  const rows = [
    [hundred, 0.5, 50],
    [hundred, 0.99, 99],
    [hundred, 0.999, 100],
    [hundred, 0, 1],
    [[7], 0.5, 7],
    [[1, 9], 0.5, 1],
    [[1, 9], 0.51, 9],
    [[], 0.5, NaN],
  ] as const;
  for (const [sorted, share, expected] of rows) {
    assert.deepEqual(quantileOfSorted(sorted, share), expected, `${sorted} ${share}`);
  }
});

Deno.test("waitsOf() sorts by size, and leaves the values as they are", () => {
  const values = new Float64Array([30, 4, 100, 5]);
  assert.deepEqual(waitsOf(values), { p50Ms: 5, p99Ms: 100, p999Ms: 100, longestMs: 100 });
  assert.deepEqual([...values], [30, 4, 100, 5]);
});

Deno.test("waitsOf() counts waits without an answer for the longest one only", () => {
  const values = new Float64Array([1, 2, 3]);
  assert.deepEqual(waitsOf(values, [900, 1]), { p50Ms: 2, p99Ms: 3, p999Ms: 3, longestMs: 900 });
  assert.equal(waitsOf(values, [1]).longestMs, 3);
});

Deno.test("waitsOf() without an answer knows only the waits that go on", () => {
  const { p50Ms, longestMs } = waitsOf(new Float64Array(), [900, 950]);
  assert.deepEqual([p50Ms, longestMs], [NaN, 950]);
  assert.equal(waitsOf(new Float64Array()).longestMs, NaN);
});

Deno.test("sharesOf() returns the most, median and fewest answers of a connection", () => {
  const rows: (readonly [number[], number, number, number])[] = [
    [[3, 1, 2], 3, 2, 1],
    [[5], 5, 5, 5],
    [[10, 0, 4, 6], 10, 4, 0],
  ];
  for (const [answers, most, median, fewest] of rows) {
    assert.deepEqual(sharesOf(new Uint32Array(answers)), { most, median, fewest });
  }
});
