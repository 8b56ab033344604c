import assert from "node:assert/strict";
import { backoffDelay } from "../../lib/supervisor/backoff.ts";

const cases: readonly [attempts: number, shortest: number, longest: number][] = [
  [1, 50, 100],
  [2, 100, 200],
  [3, 200, 400],
  [9, 12_800, 25_600],
  [10, 25_600, 51_200],
  [11, 51_200, 102_400],
  [100, 60_000, 120_000],
  [1e9, 60_000, 120_000],
];

for (const [attempts, shortest, longest] of cases) {
  Deno.test(`backoffDelay() after ${attempts} attempts is ${shortest} to ${longest} ms`, () => {
    assert.equal(backoffDelay(attempts, 0), shortest);
    assert.equal(backoffDelay(attempts, 0.5), Math.round((shortest + longest) / 2));
    assert.equal(backoffDelay(attempts, 1), longest);
  });
}

Deno.test("backoffDelay() of a costly attempt equals that after seven more attempts", () => {
  for (const attempts of [1, 2, 100]) {
    assert.equal(backoffDelay(attempts, 1, true), backoffDelay(attempts + 7, 1));
  }
});
