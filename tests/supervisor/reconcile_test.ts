import assert from "node:assert/strict";
import {
  type Action,
  type Desired,
  desiredOf,
  reconcile,
  relocatedFunctions,
} from "../../lib/supervisor/reconcile.ts";
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

/** The folder has revision `r2`; what is known of the function, `r1`. */
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
  ["new code of one that serves", serving(), {}, "r2"],
  ["new code that was looked at by other files", serving(), { isStale: true }, "r1"],
  ["new code that still arrives", serving(), { isUnsettled: true }, "r1"],
  ["a new function that still arrives", undefined, { isUnsettled: true }, undefined],
  ["new code of one that serves, unwatched", serving(), { isWatching: false }, "r1"],
  ["the same, asked for", serving(), { isWatching: false, isAsked: true }, "r2"],
  ["new code of one that is idle, unwatched", functionState({ isIdle: true }), {
    isWatching: false,
  }, "r2"],
  ["new code of one that failed, unwatched", failed(), { isWatching: false }, "r2"],
  ["new code of one that starts, unwatched", starting(), { isWatching: false }, "r2"],
  ["a folder that came back, unwatched", leaving(), { isWatching: false }, "r2"],
  ["new code in a folder that is too large", serving(), { isRefused: true }, "r1"],
  ["a new function in a folder that is too large", undefined, { isRefused: true }, undefined],
  ["a new function, unwatched", undefined, { isWatching: false }, "r2"],
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
  ["one that serves from another place", serving(), "/a", true],
  ["one that serves from its place", serving(), "/b", false],
  ["one that is seen for the first time", serving(), undefined, false],
  ["one that starts", functionState({ candidate: instance(1) }), "/a", true],
  ["one that is idle", functionState({ isIdle: true }), "/a", false],
  ["one that has failed", functionState(), "/a", false],
  ["one that is not wanted", functionState({ isWanted: false }), "/a", false],
  ["one that nothing is known of", undefined, "/a", false],
  [
    "one that serves from where it is kept",
    functionState({ serving: readyInstance(1, { isSnapshot: true }) }),
    "/a",
    false,
  ],
];

for (const [what, state, before, isMoved] of relocatedCases) {
  for (const isUnsettled of [false, true]) {
    Deno.test(`relocatedFunctions(): ${what}${isUnsettled ? ", not at rest" : ""}`, () => {
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
