import assert from "node:assert/strict";
import { openTimeout } from "../../lib/system/timeout_signal.ts";
import { useFakeTimers } from "../fake_timers.ts";

Deno.test("openTimeout() aborts with a TimeoutError", () => {
  using clock = useFakeTimers();
  using timeout = openTimeout(50);
  clock.pass(49);
  assert.equal(timeout.signal.aborted, false);
  clock.pass(1);
  assert.equal(timeout.signal.reason.name, "TimeoutError");
});

Deno.test("openTimeout() stops its timer when it is disposed", () => {
  using clock = useFakeTimers();
  const timeout = openTimeout(50);
  timeout[Symbol.dispose]();
  assert.equal(clock.count(), 0);
  clock.pass(50);
  assert.equal(timeout.signal.aborted, false);
});

Deno.test("openTimeout() does not fire at once after a time too long for a timer", () => {
  using clock = useFakeTimers();
  using timeout = openTimeout(Infinity);
  clock.pass(2 ** 31 - 2);
  assert.equal(timeout.signal.aborted, false);
});
