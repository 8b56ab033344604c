import { equal } from "node:assert/strict";
import { Cost, FrameBudget } from "../../../lib/proxy/http2/frame_budget.ts";

/** Returns how often something can be paid for, at most `limit` times. */
function countOf(budget: FrameBudget, { cost = 1, limit = 100_000 } = {}): number {
  for (let count = 0; count < limit; count++) if (!budget.spend(cost)) return count;
  return limit;
}

Deno.test("FrameBudget allows some hundred cancelled requests at once, and some thousand frames", () => {
  equal(countOf(new FrameBudget(() => 0), { cost: Cost.WastedStream }), 200);
  equal(countOf(new FrameBudget(() => 0)), 2_000);
});

Deno.test("FrameBudget.spend() gives tokens back by time, to a maximum", () => {
  let nowMs = 0;
  const budget = new FrameBudget(() => nowMs);
  equal(countOf(budget), 2_000);
  nowMs += 1_050;
  // Twenty a second, less the one that failed.
  equal(countOf(budget), 20);
  nowMs += 3_600_000;
  equal(countOf(budget), 2_000);
});

Deno.test("FrameBudget gives tokens for answered requests and for the bytes of bodies", () => {
  const budget = new FrameBudget(() => 0);
  countOf(budget);
  for (let count = 0; count < 10; count++) budget.answered();
  equal(countOf(budget), 199);
  for (let count = 0; count < 1_024; count++) budget.carried(100);
  equal(countOf(budget), 199);
});

Deno.test("FrameBudget allows two windows for each event of a stream", () => {
  const budget = new FrameBudget(() => 0);
  for (let count = 0; count < 100_000; count++) {
    budget.sent(1);
    equal(budget.spend(Cost.Frame) && budget.spend(Cost.Frame), true);
  }
});

Deno.test("FrameBudget allows any number of frames to a client whose requests are answered", () => {
  const budget = new FrameBudget(() => 0);
  for (let count = 0; count < 100_000; count++) {
    budget.answered();
    equal(budget.spend(Cost.WastedStream) && budget.spend(Cost.Frame), true);
  }
});
