import assert from "node:assert/strict";
import { lineageOf } from "../../lib/history/lineage.ts";
import type { Change } from "../../lib/history/change.ts";
import { change } from "./changes.ts";

const failed = { result: "failed" } as const;
const back = { by: "rollback" } as const;

const rows: readonly (readonly [what: string, changes: readonly Change[], lineage: string])[] = [
  ["nothing", [], ""],
  ["edits", [change("a"), change("b"), change("c")], "cba"],
  ["a reload of the same code", [change("a"), change("a", { by: "reload" })], "a"],
  ["a failed edit", [change("a"), change("b", failed)], "a"],
  ["an idle function", [change("a"), change("b", { result: "idle" })], "ba"],
  ["an edit that was replaced", [change("a"), change("b", { result: "replaced" })], "a"],
  ["a rollback", [change("a"), change("b"), change("c"), change("b", back)], "ba"],
  [
    "two rollbacks",
    [change("a"), change("b"), change("c"), change("b", back), change("a", back)],
    "a",
  ],
  [
    "an edit after a rollback",
    [change("a"), change("b"), change("a", back), change("c")],
    "ca",
  ],
  ["a failed rollback", [change("a"), change("b"), change("a", { ...back, ...failed })], "ba"],
  [
    "a rollback that another one undoes",
    [change("a"), change("b"), change("c"), change("a", back), change("c", back)],
    "ca",
  ],
  ["a rollback to code from before the history", [change("b"), change("a", back)], "a"],
  [
    "a rollback of a stopped function",
    [
      change("a"),
      change("b"),
      change("b", { by: "stop", result: "stopped" }),
      change("a", {
        ...back,
        result: "stopped",
      }),
    ],
    "a",
  ],
  ["new code of a stopped function", [change("a"), change("b", { result: "stopped" })], "a"],
  ["an edit back to earlier code", [change("a"), change("b"), change("a")], "aba"],
  ["an undone add", [change("a"), change("b", { by: "add" }), change("a", { by: "undo" })], "a"],
  ["a change without a revision", [change("a"), change("b", { revision: undefined })], "a"],
];

for (const [what, changes, lineage] of rows) {
  Deno.test(`lineageOf() after ${what}`, () => {
    assert.equal(lineageOf(changes).map((revision) => revision[0]).join(""), lineage);
  });
}
