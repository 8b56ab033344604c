import assert from "node:assert/strict";
import { reportChanges, reportServed } from "../../lib/control/change_report.ts";
import { apiShapes } from "../../lib/control/api_schema.ts";
import type { ListedChange } from "../../lib/supervisor/change_history.ts";
import { change } from "../history/changes.ts";

const listed = (...changes: ReturnType<typeof change>[]): ListedChange[] =>
  changes.map((one) => ({ change: one, isPending: false }));

const told = (reports: ReturnType<typeof reportChanges>): string[] =>
  reports.map(({ revision, result, isServing, isKept }) =>
    [revision?.[0] ?? "-", result, ...isServing ? ["serving"] : [], ...isKept ? ["kept"] : []]
      .join(" ")
  );

Deno.test("reportChanges() is newest first, and marks the serving and the kept revisions", () => {
  const changes = listed(
    change("a"),
    change("b"),
    change("c", { result: "failed", stage: "check", reason: "why" }),
    change("b", { by: "reload" }),
    change("d", { revision: undefined, result: "interrupted" }),
  );
  const pending = { ...changes.at(-1)!, isPending: true };
  const marks = { serving: "b".repeat(64), kept: ["b".repeat(64), "a".repeat(64)] };
  const reports = reportChanges([...changes.slice(0, -1), pending], marks);
  assert.deepEqual(told(reports), [
    "- pending",
    "b ready serving kept",
    "c failed",
    "b ready kept",
    "a ready kept",
  ]);
  for (const report of reports) apiShapes.ChangeReport.parse(report);
  const none = reportChanges(changes, { serving: undefined, kept: [] });
  assert.deepEqual(none.filter(({ isServing, isKept }) => isServing || isKept), []);
});

Deno.test("reportServed() says when and by what a revision served", () => {
  const brought = change("a", { atMs: 0, by: "deploy", commit: "0123abc" });
  assert.deepEqual(reportServed({ change: brought, untilMs: 1_000 }), {
    from: "1970-01-01T00:00:00.000Z",
    until: "1970-01-01T00:00:01.000Z",
    by: "deploy",
    commit: "0123abc",
  });
  assert.equal(reportServed({ change: change("a"), untilMs: undefined })!.until, null);
  assert.equal(reportServed(undefined), null);
});
