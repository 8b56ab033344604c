import assert from "node:assert/strict";
import { describeStep } from "../../lib/supervisor/describe_step.ts";
import type { Event, Step } from "../../lib/supervisor/step.ts";
import { functionState, instance, readyInstance } from "./function_states.ts";

const opened: Step = {
  state: functionState({ candidate: instance(1) }),
  effects: [{ type: "launch", id: 1, name: "a", isForced: false }],
};
const replaced: Step = {
  state: functionState({ serving: readyInstance(2) }),
  effects: [{ type: "close", id: 1, because: "replaced" }],
};

const cases: readonly [event: Event, step: Step, text: string][] = [
  [{ type: "reload" }, opened, "reload -> checking; launch 1"],
  [{ type: "ready", id: 2, upstream: "u" }, replaced, "ready 2 -> ready; close 1"],
  [{ type: "closed", id: 2 }, { state: undefined, effects: [] }, "closed 2 -> gone"],
];

for (const [event, step, text] of cases) {
  Deno.test(`describeStep() says "${text}"`, () => assert.equal(describeStep(event, step), text));
}
