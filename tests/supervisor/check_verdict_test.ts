import assert from "node:assert/strict";
import type { CheckResult } from "../../lib/check/check.ts";
import { judgeCheck } from "../../lib/supervisor/check_verdict.ts";

const cases: readonly [what: string, CheckResult, expected: object | undefined][] = [
  ["a check that passed", { diagnostics: undefined, modules: [] }, undefined],
  ["diagnostics of the code", { diagnostics: "TS2322", modules: [] }, {
    reason: "The check failed",
    detail: "TS2322",
    isTransient: false,
  }],
  ["a module that could not be fetched", {
    diagnostics: "TS2307\nCannot fetch from a.test: status 503",
    modules: [],
    isPassing: true,
  }, {
    reason: "The check could not finish",
    detail: "TS2307\nCannot fetch from a.test: status 503",
    isTransient: true,
  }],
  ["a check that timed out", { diagnostics: "late", modules: [], exhausted: "time" }, {
    reason: "The check timed out",
    detail: "late",
    isTransient: true,
  }],
  ["a check that was killed", { diagnostics: "killed", modules: [], exhausted: "killed" }, {
    reason: "The check was killed",
    detail: "killed",
    isTransient: true,
  }],
  ["a check that used up its processor time", {
    diagnostics: "bomb",
    modules: [],
    exhausted: "cpu",
  }, {
    reason: "The check used up its processor time",
    detail: "bomb",
    isTransient: true,
    maxRetries: 2,
  }],
  ["a check that ran out of memory", { diagnostics: "hungry", modules: [], exhausted: "memory" }, {
    reason: "The check ran out of memory",
    detail: "hungry",
    isTransient: true,
    maxRetries: 2,
  }],
];

for (const [what, result, expected] of cases) {
  Deno.test(`judgeCheck() judges ${what}`, () => {
    assert.deepEqual(judgeCheck(result), expected);
  });
}
