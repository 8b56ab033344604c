import assert from "node:assert/strict";
import { desiredOf } from "../../lib/supervisor/desired.ts";
import type { FunctionState } from "../../lib/supervisor/state.ts";
import { failure, functionState, instance, readyInstance } from "./function_states.ts";

const idle = functionState({ isIdle: true });
const serving = functionState({ serving: readyInstance(1) });
const failed = functionState({ failure: failure("check") });
const starting = functionState({ candidate: instance(1) });
const leaving = functionState({ isWanted: false, leaving: [readyInstance(1)] });

/** The folder has revision `r2`; what is known of the function, `r1`. */
const cases: readonly [
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
  ["new code of one that serves", serving, {}, "r2"],
  ["new code that was looked at by other files", serving, { isStale: true }, "r1"],
  ["new code that still arrives", serving, { isUnsettled: true }, "r1"],
  ["a new function that still arrives", undefined, { isUnsettled: true }, undefined],
  ["new code of one that serves, unwatched", serving, { isWatching: false }, "r1"],
  ["the same, asked for", serving, { isWatching: false, isAsked: true }, "r2"],
  ["new code of one that is idle, unwatched", idle, { isWatching: false }, "r2"],
  ["new code of one that failed, unwatched", failed, { isWatching: false }, "r2"],
  ["new code of one that starts, unwatched", starting, { isWatching: false }, "r2"],
  ["a folder that came back, unwatched", leaving, { isWatching: false }, "r2"],
  ["new code in a folder that is too large", serving, { isRefused: true }, "r1"],
  ["a new function in a folder that is too large", undefined, { isRefused: true }, undefined],
  ["a new function, unwatched", undefined, { isWatching: false }, "r2"],
];

for (const [what, state, options, revision] of cases) {
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
