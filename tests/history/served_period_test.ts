import assert from "node:assert/strict";
import type { Change } from "../../lib/history/change.ts";
import { servedPeriod } from "../../lib/history/served_period.ts";
import { change } from "./changes.ts";

const a = change("a", { by: "deploy" });
const b = change("b");
const failed = change("c", { result: "failed" });
const back = change("a", { by: "rollback" });
const reload = change("a", { by: "reload" });

const rows: readonly (readonly [
  what: string,
  changes: readonly Change[],
  by: Change | undefined,
  until: Change | undefined,
])[] = [
  ["a revision before another one", [a, b], a, b],
  ["a revision that a failed one follows", [a, failed], a, undefined],
  ["a revision that was reloaded", [a, reload, b], a, b],
  ["a revision that a rollback restored", [a, b, back], a, b],
  ["a revision that came twice", [change("a"), b, a, b], a, b],
  ["a revision that did not serve", [failed], undefined, undefined],
  ["a revision from before the changes", [b], undefined, undefined],
];

for (const [what, changes, by, until] of rows) {
  Deno.test(`servedPeriod() of ${what}`, () => {
    const revision = (changes.includes(failed) && !changes.includes(a) ? "c" : "a").repeat(64);
    const period = servedPeriod(changes, revision);
    assert.equal(period?.change, by);
    assert.equal(period?.untilMs, until?.atMs);
  });
}
