import assert from "node:assert/strict";
import { mergeProblems } from "../../lib/isolation/merge_problems.ts";

Deno.test("mergeProblems() reports the present problems of all sources", () => {
  const reports: (readonly string[])[] = [];
  const problems = mergeProblems((all) => reports.push(all));
  problems.set("egress", ["a", "b"]);
  problems.set("port", ["c"]);
  problems.set("egress", []);
  assert.deepEqual(reports, [["a", "b"], ["a", "b", "c"], ["c"]]);
});
