import assert from "node:assert/strict";
import type { CheckResult } from "../../lib/check/check.ts";
import { judgeCheck } from "../../lib/supervisor/check_verdict.ts";

const cases: readonly [what: string, CheckResult, expected: object | undefined][] = [
  ["a check that passed", { diagnostics: undefined, modules: [] }, undefined],
  ["diagnostics of the code", { diagnostics: "TS2322", modules: [] }, {
    reason: "The check failed",
    detail: "TS2322",
    isPassing: false,
  }],
  ["a module that could not be fetched", {
    diagnostics: "TS2307\nCannot fetch from a.test: it answered 503",
    modules: [],
    isPassing: true,
  }, {
    reason: "The check could not be completed",
    detail: "TS2307\nCannot fetch from a.test: it answered 503",
    isPassing: true,
  }],
  ["a check that the clock ended", { diagnostics: "late", modules: [], exhausted: "time" }, {
    reason: "The check did not end in time",
    detail: "late",
    isPassing: true,
  }],
  ["a check without memory", { diagnostics: "hungry", modules: [], exhausted: "memory" }, {
    reason: "The check reached its limit",
    detail: "hungry",
    isPassing: true,
    maxRetries: 2,
  }],
];

for (const [what, result, expected] of cases) {
  Deno.test(`judgeCheck() tells who can mend ${what}`, () => {
    assert.deepEqual(judgeCheck(result), expected);
  });
}
