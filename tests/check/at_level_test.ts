import assert from "node:assert/strict";
import { atLevel } from "../../lib/check/at_level.ts";
import type { CheckResult } from "../../lib/check/check.ts";
import type { CheckLevel } from "../../lib/config/check_level.ts";
import { parseDiagnostics } from "../../lib/check/diagnostics.ts";

const wrong: CheckResult = {
  diagnostics: "TS2322 [ERROR]: no\n    at file:///a.ts:1:1\n\nerror: Type checking failed.",
  modules: [],
  isTypesOnly: true,
};
const passed: CheckResult = { diagnostics: undefined, modules: [] };
const exhausted: CheckResult = { diagnostics: "late", modules: [], exhausted: "time" };
const broken: CheckResult = { diagnostics: "error: not found", modules: [] };
const away: CheckResult = { ...wrong, isPassing: true };

const same: readonly [result: CheckResult, level: CheckLevel][] = [
  [passed, "types"],
  [passed, "none"],
  [exhausted, "types"],
  // What was not fetched can't start.
  [exhausted, "none"],
  [broken, "types"],
  [broken, "graph"],
  // The registry may be back soon.
  [away, "types"],
];

for (const [result, level] of same) {
  Deno.test(`atLevel() keeps ${JSON.stringify(result)} at ${level}`, () => {
    assert.equal(atLevel(result, level), result);
  });
}

Deno.test("atLevel() ends type errors with the way to start without a type check", () => {
  const { diagnostics } = atLevel(wrong, "types");
  assert.equal(
    diagnostics!.split("\n").at(-1),
    'To start in spite of type errors, set "check": "graph" in its ddsrv.json',
  );
  assert.deepEqual(parseDiagnostics(diagnostics!), parseDiagnostics(wrong.diagnostics!));
});

for (const result of [wrong, broken, away]) {
  Deno.test(`atLevel() makes errors a warning at none: ${JSON.stringify(result)}`, () => {
    const { diagnostics, warning, ...rest } = atLevel(result, "none");
    assert.equal(diagnostics, undefined);
    assert.equal(warning, result.diagnostics);
    assert.equal(rest.isPassing, result.isPassing);
  });
}
