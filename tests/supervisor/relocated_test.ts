import assert from "node:assert/strict";
import { relocatedFunctions } from "../../lib/supervisor/relocated.ts";
import type { FunctionState } from "../../lib/supervisor/state.ts";
import { functionState, instance, readyInstance } from "./function_states.ts";

const serving = functionState({ serving: readyInstance(1) });

const cases: readonly [
  what: string,
  state: FunctionState | undefined,
  before: string | undefined,
  isMoved: boolean,
][] = [
  ["one that serves from another place", serving, "/a", true],
  ["one that serves from its place", serving, "/b", false],
  ["one that is seen for the first time", serving, undefined, false],
  ["one that starts", functionState({ candidate: instance(1) }), "/a", true],
  ["one that is idle", functionState({ isIdle: true }), "/a", false],
  ["one that has failed", functionState(), "/a", false],
  ["one that is not wanted", functionState({ isWanted: false }), "/a", false],
  ["one that nothing is known of", undefined, "/a", false],
  [
    "one that serves from where it is kept",
    functionState({ serving: readyInstance(1, { isKept: true }) }),
    "/a",
    false,
  ],
];

for (const [what, state, before, isMoved] of cases) {
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
