import assert from "node:assert/strict";
import {
  compareSpecificity,
  matchesPattern,
  patternProblem,
} from "../../lib/config/function_pattern.ts";

const matches: readonly [pattern: string, name: string, isMatch: boolean][] = [
  ["img", "img", true],
  ["img", "img2", false],
  ["img", "Img", false],
  ["*", "img", true],
  ["**", "img", true],
  ["api-*", "api-", true],
  ["api-*", "api-users", true],
  ["api-*", "xapi-users", false],
  ["*-api", "users-api", true],
  ["*-api", "users-api2", false],
  ["a*b*c", "abc", true],
  ["a*b*c", "a1b2b3c", true],
  ["a*b*c", "acb", false],
  ["*ab", "aab", true],
  ["a.c", "abc", false],
  ["a+", "aa", false],
  ["[ab]", "a", false],
  ["constructor", "constructor", true],
  ["é*", "éa", true],
  ["*é", "café", true],
];

for (const [pattern, name, isMatch] of matches) {
  Deno.test(
    `matchesPattern() ${isMatch ? "has" : "lets"} "${pattern}" ${
      isMatch ? "match" : "not match"
    } "${name}"`,
    () => assert.equal(matchesPattern(pattern, name), isMatch),
  );
}

Deno.test("matchesPattern() agrees with a regular expression for all short texts", () => {
  const texts = (letters: string, length: number): string[] =>
    length === 0
      ? [""]
      : texts(letters, length - 1).flatMap((text) => [...letters].map((one) => text + one));
  for (const pattern of [1, 2, 3, 4].flatMap((length) => texts("ab*", length))) {
    const regExp = new RegExp(`^${pattern.replaceAll("*", ".*")}$`);
    for (const name of [0, 1, 2, 3, 4].flatMap((length) => texts("ab", length))) {
      assert.equal(matchesPattern(pattern, name), regExp.test(name), `${pattern} ${name}`);
    }
  }
});

Deno.test("matchesPattern() has no pattern that takes exponential time", () => {
  // A regular expression would not end.
  assert.equal(matchesPattern(`${"*a".repeat(31)}*b`, "a".repeat(63)), false);
});

const specific: readonly [less: string, more: string][] = [
  ["*", "a*"],
  ["a*", "ab*"],
  ["a*", "*ab"],
  ["a******", "ab*"],
  ["a-long-pattern-*", "a"],
];

for (const [less, more] of specific) {
  Deno.test(`compareSpecificity() puts "${less}" before "${more}"`, () => {
    assert.ok(compareSpecificity(less, more) < 0);
    assert.ok(compareSpecificity(more, less) > 0);
  });
}

Deno.test("compareSpecificity() does not distinguish patterns of the same length", () => {
  for (const [a, b] of [["a*b", "*xy"], ["*", "**"], ["a", "abc"]] as const) {
    assert.equal(compareSpecificity(a, b), 0);
  }
});

const problems: readonly [pattern: string, problem: RegExp | undefined][] = [
  ["*", undefined],
  ["**", undefined],
  ["api-*", undefined],
  ["*_x", undefined],
  ["1", undefined],
  ["constructor", undefined],
  ["x".repeat(63), undefined],
  [`${"x".repeat(60)}***`, undefined],
  ["", /is empty/],
  ["_*", /begins with \. or _/],
  [".hidden", /begins with \. or _/],
  ["a/*", /slash/],
  ["a\0*", /control character/],
  ["x".repeat(64), /64 bytes/],
];

for (const [pattern, problem] of problems) {
  Deno.test(`patternProblem() ${problem ? "refuses" : "accepts"} ${JSON.stringify(pattern)}`, () => {
    const found = patternProblem(pattern);
    if (problem === undefined) assert.equal(found, undefined);
    else assert.match(found ?? "", problem);
  });
}
