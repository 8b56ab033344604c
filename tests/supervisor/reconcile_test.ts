import assert from "node:assert/strict";
import { type Action, type Desired, reconcile } from "../../lib/supervisor/reconcile.ts";
import type { FunctionState } from "../../lib/supervisor/state.ts";
import { failure, functionState, instance, readyInstance } from "./function_states.ts";

const desired: Desired = { directory: "/f/a", revision: "r1" };

const cases: readonly [
  what: string,
  desired: Desired | undefined,
  state: FunctionState | undefined,
  type: Action["type"] | undefined,
][] = [
  ["a folder that is new", desired, undefined, "start"],
  ["a folder that came back", desired, functionState({ isWanted: false }), "start"],
  ["a folder that came back while it drains", desired, leaving(), "start"],
  ["a revision that serves", desired, functionState({ serving: readyInstance(1) }), undefined],
  ["a revision that is being started", desired, starting(), undefined],
  ["a revision that has failed", desired, failed(), undefined],
  [
    "another revision than the one that serves",
    { ...desired, revision: "r2" },
    serving(),
    "replace",
  ],
  [
    "another revision than the one being started",
    { ...desired, revision: "r2" },
    starting(),
    "replace",
  ],
  [
    "another revision than the one that failed",
    { ...desired, revision: "r2" },
    failed(),
    "replace",
  ],
  ["the old revision again, after a new one failed", desired, newFailed(), "replace"],
  ["a folder that is gone", undefined, serving(), "stop"],
  ["a folder that is gone before it served", undefined, starting(), "stop"],
  ["a folder whose failure is all there is", undefined, failed(), "stop"],
  ["a folder that is gone and was seen so", undefined, leaving(), undefined],
  ["nothing", undefined, undefined, undefined],
];

for (const [what, wanted, state, type] of cases) {
  Deno.test(`reconcile() of ${what} says ${type ?? "nothing"}`, () => {
    const actions = reconcile(
      new Map(wanted === undefined ? [] : [["a", wanted]]),
      new Map(state === undefined ? [] : [["a", state]]),
    );
    const action = type === "stop" ? { type, name: "a" } : { type, name: "a", desired: wanted };
    assert.deepEqual(actions, type === undefined ? [] : [action]);
  });
}

Deno.test("reconcile() looks at each function by itself", () => {
  const states = ["kept", "gone"].map((name) => [name, functionState({ name })] as const);
  const wanted = ["kept", "new"].map((name) => [name, desired] as const);
  const actions = reconcile(new Map(wanted), new Map(states));
  assert.deepEqual(actions.map(({ type, name }) => [type, name]), [["start", "new"], [
    "stop",
    "gone",
  ]]);
});

function serving(): FunctionState {
  return functionState({ serving: readyInstance(1) });
}

function starting(): FunctionState {
  return functionState({ candidate: instance(1) });
}

function failed(): FunctionState {
  return functionState({ failure: failure("check") });
}

function newFailed(): FunctionState {
  return { ...serving(), requested: "r2", failure: failure("check", { revision: "r2" }) };
}

function leaving(): FunctionState {
  return functionState({ isWanted: false, leaving: [readyInstance(1, { phase: "draining" })] });
}
