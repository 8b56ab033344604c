import assert from "node:assert/strict";
import { describeDuration } from "../../lib/system/describe_duration.ts";

const cases: readonly (readonly [ms: number, said: string])[] = [
  [0, "0 ms"],
  [98.4, "98 ms"],
  [999.4, "999 ms"],
  [999.6, "1 s"],
  [1_549, "1.5 s"],
  [9_949, "9.9 s"],
  [9_951, "10 s"],
  [25_215, "25 s"],
  [119_499, "119 s"],
  [120_000, "2 min"],
  [125_000, "2 min 5 s"],
  [3_600_000, "60 min"],
];

for (const [ms, said] of cases) {
  Deno.test(`describeDuration() of ${ms} ms`, () => assert.equal(describeDuration(ms), said));
}
