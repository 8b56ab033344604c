import assert from "node:assert/strict";
import { logMarks } from "../../lib/supervisor/log_marks.ts";
import type { FunctionState } from "../../lib/supervisor/state.ts";
import {
  failure,
  functionState,
  handStop,
  hang,
  instance,
  readyInstance,
} from "./function_states.ts";

const starting = instance(1, { phase: "starting", revision: "0123456789abcdef", pid: 101 });
const old = readyInstance(1);
const next = readyInstance(2, { revision: "0123456789abcdef" });
const draining = { ...old, phase: "draining" } as const;
const check = failure("check", { reason: "The check failed", detail: "TS1\n\n  at x\n" });
const exit = failure("exit", { reason: "The function exited with code 7", atMs: 1_000 });
const lateExit = failure("start", {
  reason: "Exited with code 1 before listening",
  detail: "output",
});
const backoff = { attempts: 1, delayMs: 100, untilMs: 1_100 };

type Change = Partial<FunctionState> | undefined;

const cases: readonly [what: string, before: Change, after: Change, texts: readonly string[]][] = [
  ["a check that begins", undefined, { candidate: instance(1) }, []],
  ["a new process", { candidate: instance(1) }, { candidate: starting }, [
    "ddsrv: revision 0123456789ab starts (pid 101)",
  ]],
  ["the same process", { candidate: starting }, { candidate: starting, restarts: 1 }, []],
  ["readiness", { candidate: starting }, { serving: next }, [
    "ddsrv: revision 0123456789ab is ready (pid 102)",
  ]],
  ["a snapshot", { candidate: starting }, { serving: { ...next, isSnapshot: true } }, [
    "ddsrv: revision 0123456789ab is ready (pid 102), the last good revision",
  ]],
  ["a replacement", { serving: old, candidate: starting }, { serving: next, leaving: [draining] }, [
    "ddsrv: revision 0123456789ab is ready (pid 102)",
  ]],
  ["the end of a replaced instance", { serving: next, leaving: [draining] }, { serving: next }, [
    "ddsrv: revision r1 stopped (pid 101)",
  ]],
  ["a stop by hand", { serving: next }, { leaving: [draining], stoppedByHand: handStop() }, [
    "ddsrv: stopped by hand",
  ]],
  ["a stop before a restart of ddsrv", undefined, { stoppedByHand: handStop() }, []],
  ["a start by hand", { stoppedByHand: handStop() }, { candidate: instance(1) }, [
    "ddsrv: started by hand",
  ]],
  ["a failed check", { candidate: instance(1) }, { failure: check }, [
    "ddsrv: revision r1 failed: The check failed",
    "TS1",
    "  at x",
  ]],
  ["a failed new revision", { serving: old, candidate: starting }, {
    serving: old,
    failure: check,
  }, [
    "ddsrv: revision r1 failed: The check failed (the old revision keeps serving)",
    "TS1",
    "  at x",
  ]],
  ["a failed start without its output", { candidate: starting }, { failure: lateExit }, [
    "ddsrv: revision r1 failed: Exited with code 1 before listening",
  ]],
  [
    "an exit",
    { serving: old },
    { failure: exit, backoff, leaving: [{ ...old, phase: "stopping" }] },
    [
      "ddsrv: revision r1 failed: The function exited with code 7",
      "ddsrv: retries in 100 ms",
    ],
  ],
  ["the cleanup after an exit", {
    failure: exit,
    backoff,
    leaving: [{ ...old, phase: "stopping" }],
  }, {
    failure: exit,
    backoff,
  }, []],
  ["a hang with an immediate replacement", { serving: old }, {
    serving: { ...old, hang: hang("blocked") },
    candidate: instance(2),
    backoff,
  }, ["ddsrv: revision r1 (pid 101) hangs: It is blocked"]],
  ["a hang with a delayed replacement", { serving: old }, {
    serving: { ...old, hang: hang("unhealthy") },
    backoff,
  }, [
    "ddsrv: revision r1 (pid 101) hangs: It is unhealthy",
    "ddsrv: retries in 100 ms",
  ]],
  ["a recovery", { serving: { ...old, hang: hang("blocked") } }, { serving: old }, [
    "ddsrv: revision r1 (pid 101) answers again",
  ]],
  ["a canceled start", { leaving: [{ ...starting, phase: "stopping" }] }, {}, [
    "ddsrv: revision 0123456789ab stopped (pid 101)",
  ]],
  ["a canceled check", { leaving: [instance(1, { phase: "stopping" })] }, {}, []],
  ["the end of a removal", { isWanted: false, leaving: [draining] }, undefined, [
    "ddsrv: revision r1 stopped (pid 101)",
  ]],
  ["an idle function", { serving: old }, { isIdle: true, leaving: [draining] }, [
    "ddsrv: idle until its next request",
  ]],
];

for (const [what, before, after, texts] of cases) {
  Deno.test(`logMarks() of ${what}`, () => {
    const stateOf = (change: Change): FunctionState | undefined => change && functionState(change);
    const marks = logMarks(stateOf(before), stateOf(after));
    assert.deepEqual(marks, texts.map((text) => ({ text, isPartial: false })));
  });
}

Deno.test("logMarks() splits diagnostics into lines that fit a log record", () => {
  const after = functionState({ failure: { ...check, detail: "x".repeat(20_000) } });
  const marks = logMarks(undefined, after).slice(1);
  assert.deepEqual(marks.map((mark) => [mark.text.length, mark.isPartial]), [
    [16_384, true],
    [3_616, false],
  ]);
});
