import assert from "node:assert/strict";
import { createBackoffTimers } from "../../lib/supervisor/backoff_timers.ts";
import { failure, functionState, readyInstance } from "./function_states.ts";

for (const stepMs of [86_400_000, -86_400_000]) {
  const direction = stepMs > 0 ? "forwards" : "backwards";
  Deno.test(`createBackoffTimers() ignores a clock that steps ${direction}`, async () => {
    const { now } = Date;
    const over = Promise.withResolvers<string>();
    const timers = createBackoffTimers(over.resolve);
    const untilMs = performance.now() + 30;
    const backoff = { attempts: 1, delayMs: 30, untilMs };
    timers.set("a", functionState({ failure: failure("exit"), backoff }));
    try {
      Date.now = () => now() + stepMs;
      assert.equal(await over.promise, "a");
      // A timer counts whole milliseconds.
      assert.ok(performance.now() >= untilMs - 1);
    } finally {
      Date.now = now;
    }
  });
}

Deno.test("createBackoffTimers() drops the timers of functions that no longer wait", async () => {
  const over: string[] = [];
  const last = Promise.withResolvers<void>();
  const timers = createBackoffTimers((name) => {
    over.push(name);
    if (name === "last") last.resolve();
  });
  const paused = (ms: number) =>
    functionState({
      failure: failure("exit"),
      backoff: { attempts: 1, delayMs: ms, untilMs: performance.now() + ms },
    });
  for (const name of ["served", "gone", "last"]) timers.set(name, paused(20));
  timers.set("served", { ...paused(20), failure: undefined, serving: readyInstance(1) });
  timers.set("gone", undefined);
  await last.promise;
  assert.deepEqual(over, ["last"]);
});
