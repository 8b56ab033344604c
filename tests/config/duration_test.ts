import assert from "node:assert/strict";
import { parseDuration } from "../../lib/config/duration.ts";

const valid: readonly [text: string, ms: number][] = [
  ["0ms", 0],
  ["250ms", 250],
  ["1.5s", 1_500],
  ["0.25s", 250],
  ["10s", 10_000],
  ["15m", 900_000],
  ["2h", 7_200_000],
  ["007s", 7_000],
  ["0.0014s", 1],
  ["596h", 2_145_600_000],
];

for (const [text, ms] of valid) {
  Deno.test(`parseDuration() reads "${text}" as ${ms} ms`, () => {
    assert.equal(parseDuration(text), ms);
  });
}

const invalid = [
  "",
  "5",
  "s",
  "5 s",
  " 5s",
  "5s ",
  "-5s",
  "+5s",
  "5S",
  "5d",
  "1h30m",
  ".5s",
  "5.s",
];

for (const text of [...invalid, "5s\n", "1e3s", "٣s", "0x5s"]) {
  Deno.test(`parseDuration() refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => parseDuration(text), {
      name: "SyntaxError",
      message: `"${text}" is not a duration. Write a number and a unit: 250ms, 10s, 15m, 2h`,
    });
  });
}

for (const text of ["597h", "2147483648ms", `${"9".repeat(400)}s`]) {
  Deno.test(`parseDuration() refuses ${text.slice(0, 16)}, for which no timer can wait`, () => {
    assert.throws(() => parseDuration(text), { name: "RangeError", message: /at most 596h/ });
  });
}
