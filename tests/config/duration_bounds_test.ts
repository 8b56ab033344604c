import assert from "node:assert/strict";
import {
  parseCheckBound,
  parseIdle,
  parseLiveness,
  parseRescan,
} from "../../lib/config/duration.ts";

const parsers: readonly [
  name: string,
  parse: (text: string) => number,
  valid: readonly (readonly [text: string, ms: number])[],
  tooShort: readonly string[],
][] = [
  [
    "parseIdle()",
    parseIdle,
    [["never", Infinity], ["1s", 1_000], ["1000ms", 1_000], ["15m", 900_000], [
      "596h",
      2_145_600_000,
    ]],
    ["999ms", "0s", "0.9s"],
  ],
  [
    "parseCheckBound()",
    parseCheckBound,
    [["1s", 1_000], ["60s", 60_000], ["10m", 600_000]],
    ["999ms", "0s", "0.5s"],
  ],
  [
    "parseLiveness()",
    parseLiveness,
    [["never", Infinity], ["1s", 1_000], ["90s", 90_000]],
    ["999ms", "0s", "0ms"],
  ],
  [
    "parseRescan()",
    parseRescan,
    [["100ms", 100], ["0.1s", 100], ["3s", 3_000], ["596h", 2_145_600_000]],
    ["99ms", "0ms", "0.05s"],
  ],
];

for (const [name, parse, valid, tooShort] of parsers) {
  for (const [text, ms] of valid) {
    Deno.test(`${name} reads "${text}" as ${ms} ms`, () => assert.equal(parse(text), ms));
  }
  for (const text of tooShort) {
    Deno.test(`${name} refuses "${text}", which is too short`, () => {
      assert.throws(() => parse(text), { name: "RangeError", message: /too short/ });
    });
  }
  for (const text of ["", "5", "1d", "Never", "NEVER", " 1s", "-1s", "Infinity"]) {
    Deno.test(`${name} refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => parse(text), { name: "SyntaxError" });
    });
  }
  Deno.test(`${name} refuses what no timer can wait for`, () => {
    assert.throws(() => parse("597h"), { name: "RangeError", message: /too long/ });
  });
}

Deno.test("parseRescan() knows no never: changes would not be found", () => {
  assert.throws(() => parseRescan("never"), SyntaxError);
});
