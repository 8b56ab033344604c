import { deepEqual, equal } from "node:assert/strict";
import { findNewerCode, type NewerCode, newerRevision } from "../../lib/supervisor/newer_code.ts";
import type { FunctionState } from "../../lib/supervisor/state.ts";
import { functionState, instance, readyInstance } from "./function_states.ts";

const serving = functionState({ serving: readyInstance(1), requested: "r1" });

interface Options {
  readonly isStale?: boolean;
  readonly isWatching?: boolean;
  readonly isAsked?: boolean;
  readonly isUnsettled?: boolean;
  readonly revision?: string;
  /** What was known before the scan. */
  readonly known?: NewerCode;
}

const KNOWN = { revision: "r2", requested: "r1" };

const cases: readonly [
  what: string,
  state: FunctionState | undefined,
  options: Options,
  waits: boolean,
][] = [
  ["a function that serves", serving, {}, true],
  ["a function that serves with a watch", serving, { isWatching: true }, false],
  ["a function that serves the same revision", serving, { revision: "r1" }, false],
  ["unsettled code", serving, { isUnsettled: true }, false],
  ["a stale scan", serving, { isStale: true }, false],
  ["a stale scan of known new code", serving, { isStale: true, known: KNOWN }, true],
  ["known code that is gone", serving, { revision: "r1", known: KNOWN }, false],
  ["requested code", serving, { isAsked: true }, false],
  ["a starting function", functionState({ candidate: instance(1), requested: "r1" }), {}, false],
  ["an idle function", functionState({ isIdle: true, requested: "r1" }), {}, false],
  ["a new function", undefined, {}, false],
];

for (const [what, state, options, waits] of cases) {
  Deno.test(`findNewerCode() of ${what} finds ${waits ? "waiting code" : "nothing"}`, () => {
    const { revision = "r2", isWatching = false } = options;
    const spec = { name: "a", directory: "/f/a", place: "/f/a", files: [], revision };
    const newer = findNewerCode(
      { functions: new Map([["a", spec]]), unsettled: new Set(options.isUnsettled ? ["a"] : []) },
      {
        states: new Map(state === undefined ? [] : [["a", state]]),
        isStale: () => options.isStale ?? false,
        isWatching,
        asked: new Set(options.isAsked ? ["a"] : []),
        before: new Map(options.known ? [["a", options.known]] : []),
      },
    );
    deepEqual([...newer], waits ? [["a", KNOWN]] : []);
  });
}

Deno.test("newerRevision() is undefined once another revision was requested", () => {
  const newer = { revision: "r2", requested: "r1" };
  equal(newerRevision({ requested: "r1" }, newer), "r2");
  equal(newerRevision({ requested: "r2" }, newer), undefined);
  equal(newerRevision({ requested: "r1" }, undefined), undefined);
});
