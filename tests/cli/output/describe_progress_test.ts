import assert from "node:assert/strict";
import { describeProgress } from "../../../cli/output/describe_progress.ts";
import type { Status } from "../../../lib/supervisor/state.ts";

const cases: readonly (readonly [what: string, statuses: Record<string, Status>, text: string])[] =
  [
    ["nothing", {}, ""],
    ["what is up", { a: "ready", b: "failed", c: "idle" }, ""],
    ["one", { a: "checking", b: "ready" }, "checking a"],
    ["both kinds", { a: "checking", b: "starting", c: "checking" }, "checking a c, starting b"],
    [
      "too many to be named",
      { a: "checking", b: "starting", c: "checking", d: "starting", e: "ready", f: "failed" },
      "2 of 6 are up: checking 2, starting 2",
    ],
    [
      "many of one kind",
      { a: "starting", b: "starting", c: "starting", d: "starting" },
      "0 of 4 are up: starting 4",
    ],
  ];

for (const [what, statuses, text] of cases) {
  Deno.test(`describeProgress() of ${what}`, () => {
    assert.equal(describeProgress(new Map(Object.entries(statuses))), text);
  });
}
