import assert from "node:assert/strict";
import {
  type Action,
  type Desired,
  desiredOf,
  reconcile,
  relocatedFunctions,
} from "../../lib/supervisor/reconcile.ts";
import type { FunctionState } from "../../lib/supervisor/state.ts";
import { failure, functionState, handStop, instance, readyInstance } from "./function_states.ts";

const desired: Desired = { directory: "/f/a", revision: "r1" };

const cases: readonly [
  what: string,
  desired: Desired | undefined,
  state: FunctionState | undefined,
  type: Action["type"] | undefined,
][] = [
  ["a new folder", desired, undefined, "start"],
  ["a folder that came back", desired, functionState({ isWanted: false }), "start"],
  ["a folder that came back during the drain", desired, leaving(), "start"],
  ["a serving revision", desired, functionState({ serving: readyInstance(1) }), undefined],
  ["a starting revision", desired, starting(), undefined],
  ["a failed revision", desired, failed(), undefined],
  [
    "another revision than the serving one",
    { ...desired, revision: "r2" },
    serving(),
    "replace",
  ],
  [
    "another revision than the starting one",
    { ...desired, revision: "r2" },
    starting(),
    "replace",
  ],
  [
    "another revision than the failed one",
    { ...desired, revision: "r2" },
    failed(),
    "replace",
  ],
  ["the old revision after a new one failed", desired, newFailed(), "replace"],
  ["a removed folder", undefined, serving(), "stop"],
  ["a folder that was removed before it served", undefined, starting(), "stop"],
  ["a removed folder of a failed function", undefined, failed(), "stop"],
  ["a folder that was removed before", undefined, leaving(), undefined],
  ["nothing", undefined, undefined, undefined],
];

for (const [what, wanted, state, type] of cases) {
  Deno.test(`reconcile() of ${what} returns ${type ?? "no action"}`, () => {
    const actions = reconcile(
      new Map(wanted === undefined ? [] : [["a", wanted]]),
      new Map(state === undefined ? [] : [["a", state]]),
    );
    const action = type === "stop" ? { type, name: "a" } : { type, name: "a", desired: wanted };
    assert.deepEqual(actions, type === undefined ? [] : [action]);
  });
}

Deno.test("reconcile() handles each function separately", () => {
  const states = ["kept", "gone"].map((name) => [name, functionState({ name })] as const);
  const wanted = ["kept", "new"].map((name) => [name, desired] as const);
  const actions = reconcile(new Map(wanted), new Map(states));
  assert.deepEqual(actions.map(({ type, name }) => [type, name]), [["start", "new"], [
    "stop",
    "gone",
  ]]);
});

/** The folder has revision `r2`, and the state of the function `r1`. */
const desiredCases: readonly [
  what: string,
  state: FunctionState | undefined,
  options: {
    isStale?: boolean;
    isWatching?: boolean;
    isAsked?: boolean;
    isUnsettled?: boolean;
    isRefused?: boolean;
  },
  revision: string | undefined,
][] = [
  ["new code of a serving function", serving(), {}, "r2"],
  ["new code in a stale scan", serving(), { isStale: true }, "r1"],
  ["unsettled new code", serving(), { isUnsettled: true }, "r1"],
  ["an unsettled new function", undefined, { isUnsettled: true }, undefined],
  ["new code of a serving function without a watch", serving(), { isWatching: false }, "r1"],
  ["requested new code without a watch", serving(), { isWatching: false, isAsked: true }, "r2"],
  ["new code of an idle function without a watch", functionState({ isIdle: true }), {
    isWatching: false,
  }, "r2"],
  ["new code of a failed function without a watch", failed(), { isWatching: false }, "r2"],
  ["new code of a starting function without a watch", starting(), { isWatching: false }, "r2"],
  ["a folder that came back without a watch", leaving(), { isWatching: false }, "r2"],
  ["new code in a folder that is too large", serving(), { isRefused: true }, "r1"],
  ["a new function in a folder that is too large", undefined, { isRefused: true }, undefined],
  ["a new function without a watch", undefined, { isWatching: false }, "r2"],
];

for (const [what, state, options, revision] of desiredCases) {
  Deno.test(`desiredOf() of ${what} is ${revision ?? "nothing"}`, () => {
    const {
      isStale = false,
      isWatching = true,
      isAsked = false,
      isUnsettled = false,
      isRefused = false,
    } = options;
    const spec = { name: "a", directory: "/f/a", place: "/f/a", files: [], revision: "r2" };
    const desired = desiredOf(
      {
        functions: new Map(isRefused ? [] : [["a", spec]]),
        unsettled: new Set(isUnsettled ? ["a"] : []),
        refused: new Map(isRefused ? [["a", "too large"]] : []),
      },
      {
        states: new Map(state === undefined ? [] : [["a", state]]),
        isStale: () => isStale,
        isWatching,
        asked: new Set(isAsked ? ["a"] : []),
        handStops: new Map(),
      },
    );
    assert.equal(desired.get("a")?.revision, revision);
  });
}

const relocatedCases: readonly [
  what: string,
  state: FunctionState | undefined,
  before: string | undefined,
  isMoved: boolean,
][] = [
  ["a function that serves from another folder", serving(), "/a", true],
  ["a function that serves from its folder", serving(), "/b", false],
  ["a function in its first scan", serving(), undefined, false],
  ["a starting function", functionState({ candidate: instance(1) }), "/a", true],
  ["an idle function", functionState({ isIdle: true }), "/a", false],
  ["a failed function", functionState(), "/a", false],
  ["a removed function", functionState({ isWanted: false }), "/a", false],
  ["an unknown function", undefined, "/a", false],
  [
    "a function that serves from a snapshot",
    functionState({ serving: readyInstance(1, { isSnapshot: true }) }),
    "/a",
    false,
  ],
];

for (const [what, state, before, isMoved] of relocatedCases) {
  for (const isUnsettled of [false, true]) {
    Deno.test(`relocatedFunctions() of ${what}${isUnsettled ? ", unsettled" : ""}`, () => {
      const spec = { name: "a", directory: "/f/a", place: "/b", files: [], revision: "r1" };
      const moved = relocatedFunctions(
        { functions: new Map([["a", spec]]), unsettled: new Set(isUnsettled ? ["a"] : []) },
        {
          places: new Map(before === undefined ? [] : [["a", before]]),
          states: new Map(state === undefined ? [] : [["a", state]]),
        },
      );
      assert.deepEqual(moved, isMoved && !isUnsettled ? ["a"] : []);
    });
  }
}

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

Deno.test("desiredOf() names the stop by hand of a function that turns up", () => {
  const spec = { name: "a", directory: "/f/a", place: "/f/a", files: [], revision: "r1" };
  const scan = { functions: new Map([["a", spec]]), unsettled: new Set(""), refused: new Map() };
  const handStops = new Map([["a", handStop()]]);
  const context = { states: new Map(), isStale: () => false, isWatching: true, asked: new Set("") };
  const desired = desiredOf(scan, { ...context, handStops });
  assert.deepEqual(desired.get("a")?.stoppedByHand, handStop());
});
