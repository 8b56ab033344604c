import assert from "node:assert/strict";
import {
  type FunctionState,
  type Pending,
  pendingOf,
  reasonOf,
  type Status,
  statusOf,
} from "../../lib/supervisor/state.ts";
import { failure, functionState, handStop, instance, readyInstance } from "./function_states.ts";

const backoff = { attempts: 1, delayMs: 100, untilMs: 1 };

const cases: readonly [change: Partial<FunctionState>, status: Status][] = [
  [{}, "stopped"],
  [{ isWanted: false }, "stopped"],
  [{ isWanted: false, leaving: [readyInstance(1)] }, "draining"],
  [{ candidate: instance(1) }, "checking"],
  [{ candidate: instance(1, { phase: "starting" }) }, "starting"],
  [{ candidate: instance(1), failure: failure("exit"), backoff }, "checking"],
  [{ serving: readyInstance(1) }, "ready"],
  [{ serving: readyInstance(1), candidate: instance(2), failure: failure("check") }, "ready"],
  [{ failure: failure("exit"), backoff }, "backoff"],
  [{ failure: failure("check") }, "failed"],
  [{ failure: failure("check"), leaving: [readyInstance(1)] }, "failed"],
  [{ stoppedByHand: handStop() }, "stopped"],
  [{ stoppedByHand: handStop(), leaving: [readyInstance(1)] }, "draining"],
];

for (const [change, status] of cases) {
  Deno.test(`statusOf() of ${Object.keys(change).join(", ") || "nothing"} is ${status}`, () => {
    assert.equal(statusOf(functionState(change)), status);
  });
}

const pendingCases: readonly [
  change: Partial<FunctionState>,
  isUnsettled: boolean,
  pending: Pending | undefined,
][] = [
  [{}, false, "starting"],
  [{ serving: readyInstance(1) }, false, undefined],
  [{ serving: readyInstance(1) }, true, "arriving"],
  [{ serving: readyInstance(1), candidate: instance(2) }, false, "checking"],
  [
    { serving: readyInstance(1), candidate: instance(2, { phase: "starting" }) },
    false,
    "starting",
  ],
  [{ isIdle: true }, false, undefined],
  [{ failure: failure("exit"), backoff }, false, undefined],
  [{ failure: failure("check") }, false, undefined],
  [{ failure: failure("exit"), backoff, candidate: instance(1) }, false, "checking"],
  [{ isWanted: false, leaving: [readyInstance(1)] }, false, "leaving"],
  [{ stoppedByHand: handStop() }, true, undefined],
  [{ stoppedByHand: handStop(), leaving: [readyInstance(1)] }, true, "leaving"],
];

for (const [change, isUnsettled, pending] of pendingCases) {
  const what = Object.keys(change).join(", ") || "nothing";
  Deno.test(`pendingOf() of ${what}${isUnsettled ? ", unsettled," : ""} is ${pending}`, () => {
    assert.equal(pendingOf(functionState(change), isUnsettled), pending);
  });
}

Deno.test("reasonOf() says since when a function is stopped, and how to start it", () => {
  assert.equal(
    reasonOf(functionState({ stoppedByHand: { sinceMs: 90_500, page: undefined } })),
    "Stopped by hand since 1970-01-01T00:01:30Z. To start it: ddsrv start a",
  );
});
