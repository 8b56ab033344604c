import assert from "node:assert/strict";
import { createLineBudget } from "../../lib/process/line_budget.ts";

const line = (text: string): { text: string; isPartial: boolean } => ({ text, isPartial: false });
const REPORT =
  "ddsrv: 2 lines were dropped: more than 3 lines or 10 characters came within a second";

Deno.test("createLineBudget() limits lines per second and reports dropped ones", () => {
  const budget = createLineBudget(3, 10);
  const admit = (text: string, ms: number): string[] =>
    budget.admit(line(text), ms).map((one) => one.text);
  assert.deepEqual(["a", "b", "c"].map((text) => admit(text, 10)), [["a"], ["b"], ["c"]]);
  assert.deepEqual([admit("d", 20), admit("e", 1_009)], [[], []]);
  assert.deepEqual(admit("f", 1_010), [REPORT, "f"]);
  assert.deepEqual(budget.end(), []);
});

Deno.test("createLineBudget() limits the length of text, and reports at the end", () => {
  const budget = createLineBudget(3, 10);
  assert.equal(budget.admit(line("x".repeat(10)), 0).length, 1);
  assert.deepEqual(budget.admit(line("y"), 0), []);
  assert.equal(budget.admit(line("z"), 0).length, 0);
  assert.deepEqual(budget.end().map((one) => one.text), [REPORT]);
});
