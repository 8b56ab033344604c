import { deepEqual, equal } from "node:assert/strict";
import { findNewerCode, newerRevision } from "../../lib/supervisor/newer_code.ts";
import type { FunctionState } from "../../lib/supervisor/state.ts";
import { functionState, instance, readyInstance } from "./function_states.ts";

const serving = functionState({ serving: readyInstance(1), requested: "r1" });

interface Options {
  readonly isStale?: boolean;
  readonly isWatching?: boolean;
  readonly isAsked?: boolean;
  readonly isUnsettled?: boolean;
  readonly revision?: string;
}

const cases: readonly [
  what: string,
  state: FunctionState | undefined,
  options: Options,
  waits: boolean,
][] = [
  ["one that serves", serving, {}, true],
  ["one that serves, watched", serving, { isWatching: true }, false],
  ["one that serves the same", serving, { revision: "r1" }, false],
  ["one that still arrives", serving, { isUnsettled: true }, false],
  ["one that was looked at by other files", serving, { isStale: true }, false],
  ["one that was asked for", serving, { isAsked: true }, false],
  ["one that starts", functionState({ candidate: instance(1), requested: "r1" }), {}, false],
  ["one that is idle", functionState({ isIdle: true, requested: "r1" }), {}, false],
  ["a new function", undefined, {}, false],
];

for (const [what, state, options, waits] of cases) {
  Deno.test(`findNewerCode: ${what}: ${waits ? "it waits" : "nothing waits"}`, () => {
    const { revision = "r2", isWatching = false } = options;
    const spec = { name: "a", directory: "/f/a", place: "/f/a", files: [], revision };
    const newer = findNewerCode(
      { functions: new Map([["a", spec]]), unsettled: new Set(options.isUnsettled ? ["a"] : []) },
      {
        states: new Map(state === undefined ? [] : [["a", state]]),
        isStale: () => options.isStale ?? false,
        isWatching,
        asked: new Set(options.isAsked ? ["a"] : []),
      },
    );
    deepEqual([...newer], waits ? [["a", { revision: "r2", requested: "r1" }]] : []);
  });
}

Deno.test("newerRevision: none once another revision was asked for", () => {
  const newer = { revision: "r2", requested: "r1" };
  equal(newerRevision({ requested: "r1" }, newer), "r2");
  equal(newerRevision({ requested: "r2" }, newer), undefined);
  equal(newerRevision({ requested: "r1" }, undefined), undefined);
});
