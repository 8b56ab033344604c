import assert from "node:assert/strict";
import { backoffDelay } from "../../lib/supervisor/backoff.ts";

const cases: readonly [attempts: number, shortest: number, longest: number][] = [
  [1, 50, 100],
  [2, 100, 200],
  [3, 200, 400],
  [9, 12_800, 25_600],
  [10, 15_000, 30_000],
  [11, 15_000, 30_000],
  [100, 15_000, 30_000],
  [1e9, 15_000, 30_000],
];

for (const [attempts, shortest, longest] of cases) {
  Deno.test(`backoffDelay() after ${attempts} attempts is ${shortest} to ${longest} ms`, () => {
    assert.equal(backoffDelay(attempts, 0), shortest);
    assert.equal(backoffDelay(attempts, 0.5), Math.round((shortest + longest) / 2));
    assert.equal(backoffDelay(attempts, 1), longest);
  });
}
