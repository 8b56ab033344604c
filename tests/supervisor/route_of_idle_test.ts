import assert from "node:assert/strict";
import { routeOf } from "../../lib/supervisor/route_of.ts";
import { type FunctionState, statusOf } from "../../lib/supervisor/state.ts";
import { failure, functionState, readyInstance } from "./function_states.ts";

const leaving = [readyInstance(1, { phase: "draining" })];

const cases: readonly [what: string, change: Partial<FunctionState>][] = [
  ["that never ran", {}],
  ["whose last instance drains", { leaving }],
  ["that has exited before", { failure: failure("exit") }],
];

for (const [what, change] of cases) {
  Deno.test(`routeOf() lets requests wait for an idle function ${what}`, () => {
    const state = functionState({ isIdle: true, ...change });
    assert.deepEqual(routeOf(state, 0), { type: "waiting" });
    assert.equal(statusOf(state), "idle");
  });
}

Deno.test("routeOf() of a removed idle function is none", () => {
  const state = functionState({ isIdle: true, isWanted: false, leaving });
  assert.deepEqual(routeOf(state, 0), { type: "none" });
  assert.equal(statusOf(state), "draining");
});
