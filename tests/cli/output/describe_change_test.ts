import assert from "node:assert/strict";
import { type Change as Word, describeChange } from "../../../cli/output/describe_change.ts";
import type { FunctionState } from "../../../lib/supervisor/state.ts";
import {
  failure,
  functionState,
  handStop,
  instance,
  readyInstance,
} from "../../supervisor/function_states.ts";

const URL = "http://127.0.0.1:9999";
const starting = instance(1, { phase: "starting" });
const exit = failure("exit", { reason: "The function ended", atMs: 1_000 });
const check = failure("check", { reason: "The check failed", detail: "TS1\n\n\x1b[2Jat x\n" });
const backoff = { attempts: 1, delayMs: 25_215, untilMs: 26_215 };
const hang = { cause: "blocked", reason: "It is held", detail: "last\n", atMs: 0 } as const;
const old = readyInstance(1);
const next = readyInstance(2, { revision: "0123456789abcdef" });

/** Messages, and details below them. */
function plain(changes: readonly Word[]): string[] {
  return changes.flatMap((
    { message, details },
  ) => [message, ...details.map((line) => `  ${line}`)]);
}

type Change = Partial<FunctionState> | undefined;

const cases: readonly [what: string, before: Change, after: Change, lines: readonly string[]][] = [
  ["a start", undefined, { candidate: instance(1) }, ["checking"]],
  ["a process", { candidate: instance(1) }, { candidate: starting }, ["starting"]],
  ["the revision of a candidate", { candidate: instance(1) }, {
    candidate: instance(1, { revision: "r1+" }),
  }, []],
  ["readiness", { candidate: starting }, { serving: next }, [
    `ready at ${URL}/a (revision 0123456789ab)`,
  ]],
  ["a replacement", { serving: old, candidate: starting }, { serving: next, leaving: [old] }, [
    `ready at ${URL}/a (revision 0123456789ab)`,
  ]],
  ["new code beside the old", { serving: old }, { serving: old, candidate: instance(2) }, [
    "checking",
  ]],
  ["a stop by hand", { serving: old }, { leaving: [old], stoppedByHand: handStop() }, [
    "stopping by hand",
  ]],
  ["the end of a drain", { leaving: [old], stoppedByHand: handStop() }, {
    stoppedByHand: handStop(),
  }, ["stopped by hand"]],
  ["a stop without a drain", { isIdle: true }, { stoppedByHand: handStop() }, ["stopped by hand"]],
  ["a stop before a restart", undefined, { stoppedByHand: handStop() }, ["stopped by hand"]],
  ["another page", { stoppedByHand: handStop() }, { stoppedByHand: handStop("<p>") }, []],
  ["a start by hand", { stoppedByHand: handStop() }, { candidate: instance(1) }, ["checking"]],
  ["a failed check", { candidate: instance(1) }, { failure: check }, [
    "failed: The check failed",
    "  TS1",
    "  \x1b[2Jat x",
  ]],
  ["a failed new revision", { serving: old, candidate: starting }, {
    serving: old,
    failure: check,
  }, ["failed: The check failed (the old revision keeps serving)", "  TS1", "  \x1b[2Jat x"]],
  ["another try of what failed", { failure: check }, { failure: check, candidate: instance(2) }, [
    "checking",
  ]],
  ["an end", { serving: old }, { failure: exit, backoff, leaving: [old] }, [
    "failed: The function ended",
    "retries in 25 s",
  ]],
  ["a hang, and what begins at once", { serving: old }, {
    serving: { ...old, hang },
    candidate: instance(2),
    backoff,
  }, ["hangs: It is held", "  last", "checking"]],
  ["a hang, and its pause", { serving: old }, { serving: { ...old, hang }, backoff }, [
    "hangs: It is held",
    "  last",
    "retries in 25 s",
  ]],
  ["a recovery", { serving: { ...old, hang }, backoff }, { serving: old, backoff }, [
    "answers again",
  ]],
  ["what left after an end", { failure: exit, backoff, leaving: [old] }, {
    failure: exit,
    backoff,
  }, []],
  ["a removal", { serving: old }, { isWanted: false, leaving: [old] }, ["stopping"]],
  ["one of several that are gone", { isWanted: false, leaving: [old, next] }, {
    isWanted: false,
    leaving: [old],
  }, []],
  ["the end of a removal", { isWanted: false, leaving: [old] }, undefined, ["stopped"]],
  ["a drained instance that is gone", { serving: next, leaving: [old] }, { serving: next }, []],
];

for (const [what, before, after, lines] of cases) {
  Deno.test(`describeChange() of ${what}`, () => {
    const stateOf = (change: Change): FunctionState | undefined => change && functionState(change);
    assert.deepEqual(plain(describeChange(stateOf(before), stateOf(after), URL)), lines);
  });
}

Deno.test("describeChange() marks details that the function itself wrote", () => {
  const isRepeat = (stage: Parameters<typeof failure>[0]): boolean =>
    describeChange(functionState({}), functionState({ failure: failure(stage) }), URL)[0]!.isRepeat;
  assert.deepEqual((["start", "exit"] as const).map(isRepeat), [true, true]);
  assert.deepEqual((["manifest", "check", "host"] as const).map(isRepeat), [false, false, false]);
});

Deno.test("describeChange() returns a valid URL for any name", () => {
  const after = functionState({ name: "a b%/é", serving: next });
  assert.deepEqual(plain(describeChange(undefined, after, URL)), [
    `ready at ${URL}/a%20b%25%2F%C3%A9 (revision 0123456789ab)`,
  ]);
});
