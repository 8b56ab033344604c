import { equal, ok } from "node:assert/strict";
import * as fc from "fast-check";
import { quantile } from "../../lib/control/quantile.ts";

const bounds = [10, 20, 40];

const cases: readonly [counts: readonly number[], share: number, ms: number | undefined][] = [
  [[], 0.5, undefined],
  [[0, 0, 0, 0], 0.5, undefined],
  [[4, 0, 0, 0], 0.5, 5],
  [[0, 4, 0, 0], 0.5, 15],
  [[0, 4, 0, 0], 1, 20],
  [[0, 4, 0, 0], 0, 10],
  [[1, 0, 1, 0], 0.5, 10],
  [[1, 0, 1, 0], 0.75, 30],
  [[98, 1, 1, 0], 0.99, 20],
  [[0, 0, 0, 3], 0.5, 40],
  [[1, 0, 0, 9], 0.5, 40],
];

for (const [counts, share, ms] of cases) {
  Deno.test(`quantile: ${share} of ${JSON.stringify(counts)} is ${ms}`, () => {
    equal(quantile(counts, { bounds, share }), ms);
  });
}

const histogram = fc.array(fc.nat(1_000), { minLength: 4, maxLength: 4 })
  .filter((counts) => counts.some((count) => count > 0));
const share = fc.double({ min: 0, max: 1, noNaN: true });

Deno.test("quantile() grows with the share and stays within the bounds", () => {
  fc.assert(fc.property(histogram, share, share, (counts, a, b) => {
    const [low, high] = [Math.min(a, b), Math.max(a, b)]
      .map((share) => quantile(counts, { bounds, share })!);
    ok(low! <= high!, `${low} <= ${high}`);
    ok(low! >= 0 && high! <= 40, `${low}, ${high}`);
  }));
});

Deno.test("quantile() lies within the bucket of the exact value", () => {
  fc.assert(fc.property(histogram, share, (counts, share) => {
    const value = quantile(counts, { bounds, share })!;
    const wanted = counts.reduce((sum, count) => sum + count, 0) * share;
    let upTo = 0;
    const place = counts.findIndex((count) => count > 0 && (upTo += count) >= wanted);
    ok(value >= (bounds[place - 1] ?? 0) && value <= (bounds[place] ?? 40), `${value} in ${place}`);
  }));
});
