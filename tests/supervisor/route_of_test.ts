import assert from "node:assert/strict";
import { faultOf } from "../../lib/proxy/http1/fault.ts";
import { type RouteDecision, routeOf } from "../../lib/supervisor/route_of.ts";
import type { FunctionState } from "../../lib/supervisor/state.ts";
import {
  failure,
  functionState,
  handStop,
  hang,
  instance,
  readyInstance,
} from "./function_states.ts";

const NOW_MS = 10_000;
const check = failure("check", { reason: "The check failed", detail: "TS2322\nat index.ts" });
const exit = failure("exit", { reason: "The function exited with code 1" });

function failed(message: string): RouteDecision {
  return { type: "refused", fault: faultOf("function-failed", { message }) };
}

function exited(retryAfterS: number): RouteDecision {
  const fault = faultOf("function-exited", {
    message: "The function exited with code 1",
    retryAfterS,
  });
  return { type: "refused", fault };
}

function unavailable(message: string, retryAfterS: number): RouteDecision {
  const fault = faultOf("function-unavailable", { message, retryAfterS });
  return { type: "refused", fault, isAsked: true };
}

const failedText = "The check failed\n\nTS2322\nat index.ts";

const cases: readonly [what: string, FunctionState | undefined, RouteDecision][] = [
  ["no function", undefined, { type: "none" }],
  [
    "a function that was removed",
    functionState({ isWanted: false, leaving: [readyInstance(1)], failure: check }),
    { type: "none" },
  ],
  ["a ready instance", functionState({ serving: readyInstance(1) }), { type: "instance", id: 1 }],
  [
    "a ready instance while a new one starts",
    functionState({ serving: readyInstance(1), candidate: instance(2) }),
    { type: "instance", id: 1 },
  ],
  [
    "a ready instance whose new revision failed",
    functionState({ serving: readyInstance(1), failure: check }),
    { type: "instance", id: 1 },
  ],
  [
    "a function that is stopped by hand",
    functionState({ stoppedByHand: handStop("<p>soon"), leaving: [readyInstance(1)] }),
    {
      type: "refused",
      fault: faultOf("function-stopped", {
        message: "a is stopped for maintenance",
        page: "<p>soon",
      }),
    },
  ],
  ["a starting function", functionState({ candidate: instance(1) }), {
    type: "waiting",
  }],
  ["a restarting function", functionState({ candidate: instance(2), failure: exit }), {
    type: "waiting",
  }],
  [
    "a failed check",
    functionState({ failure: check }),
    failed(failedText),
  ],
  [
    "a failed start during its pause",
    functionState({
      failure: failure("start"),
      backoff: { attempts: 1, delayMs: 100, untilMs: NOW_MS + 100 },
    }),
    failed("No start"),
  ],
  [
    "a check whose diagnostics have advice",
    functionState({ failure: { ...check, advice: ["Do this", "Do that"] } }),
    failed(`${failedText}\nddsrv: Do this\nddsrv: Do that`),
  ],
  [
    "a failed start that names its cause",
    functionState({
      failure: failure("start", { detail: "secret", cause: "error: a", advice: ["Do this"] }),
    }),
    failed("No start\n\nerror: a\nddsrv: Do this"),
  ],
  [
    "a failed start whose output does not name its cause",
    functionState({ failure: failure("start", { detail: "secret", cause: "", advice: [] }) }),
    failed("No start\n\nddsrv: see: ddsrv inspect a"),
  ],
  [
    "a check with a transient failure during its pause",
    functionState({
      failure: { ...check, isTransient: true },
      backoff: { attempts: 1, delayMs: 5_000, untilMs: NOW_MS + 2_001 },
    }),
    unavailable(failedText, 3),
  ],
  [
    "a failure of the host",
    functionState({
      failure: failure("host", { detail: "secret" }),
      backoff: { attempts: 1, delayMs: 5_000, untilMs: NOW_MS + 1 },
    }),
    unavailable("No host", 1),
  ],
  [
    "an instance with a blocked event loop",
    functionState({
      serving: { ...readyInstance(1), hang: hang("blocked") },
      candidate: instance(2),
    }),
    { type: "waiting" },
  ],
  [
    "an instance with a blocked event loop during a pause",
    functionState({
      serving: { ...readyInstance(1), hang: hang("blocked") },
      backoff: { attempts: 2, delayMs: 200, untilMs: NOW_MS + 2_001 },
      failure: check,
    }),
    {
      type: "refused",
      fault: faultOf("function-exited", {
        message: "The function does not answer and is being replaced",
        retryAfterS: 3,
      }),
    },
  ],
  [
    "an unhealthy instance",
    functionState({ serving: { ...readyInstance(1), hang: hang("unhealthy") } }),
    { type: "instance", id: 1 },
  ],
  [
    "an exit",
    functionState({
      failure: exit,
      backoff: { attempts: 1, delayMs: 100, untilMs: NOW_MS + 2_001 },
    }),
    exited(3),
  ],
  [
    "an exit whose pause is almost over",
    functionState({ failure: exit, backoff: { attempts: 1, delayMs: 100, untilMs: NOW_MS + 1 } }),
    exited(1),
  ],
  [
    "an exit whose pause is over",
    functionState({
      failure: exit,
      backoff: { attempts: 1, delayMs: 100, untilMs: NOW_MS - 5_000 },
    }),
    exited(1),
  ],
];

for (const [what, state, expected] of cases) {
  Deno.test(`routeOf() of ${what} is ${expected.type}`, () => {
    assert.deepEqual(routeOf(state, NOW_MS), expected);
  });
}
