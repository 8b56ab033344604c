import assert from "node:assert/strict";
import { openDeadlines } from "../../lib/proxy/deadline.ts";

/** Replaces the timers of this process. */
function fakeInterval(): Disposable & { readonly running: Set<() => void> } {
  const { setInterval, clearInterval } = globalThis;
  const running = new Set<() => void>();
  Object.assign(globalThis, {
    setInterval(callback: () => void) {
      running.add(callback);
      return callback;
    },
    clearInterval: (callback: () => void) => running.delete(callback),
  });
  return {
    running,
    [Symbol.dispose]: () => void Object.assign(globalThis, { setInterval, clearInterval }),
  };
}

Deno.test("openDeadlines() keeps a timer only while there are deadlines", () => {
  using timers = fakeInterval();
  const sweep = (): void => [...timers.running].forEach((callback) => callback());
  const deadlines = openDeadlines();
  for (let round = 1; round <= 2; round++) {
    assert.equal(timers.running.size, 0);
    const [first, second] = [deadlines.open(), deadlines.open()];
    assert.equal(timers.running.size, 1);
    let expired = 0;
    first.set(-1_000, () => expired++);
    second.set(3_600_000, () => expired++);
    sweep();
    sweep();
    assert.equal(expired, 1);
    deadlines.close(first);
    sweep();
    assert.equal(timers.running.size, 1);
    deadlines.close(second);
    sweep();
  }
  assert.equal(timers.running.size, 0);
  deadlines.open();
  deadlines[Symbol.dispose]();
  assert.equal(timers.running.size, 0);
});

Deno.test("Deadline.extend() starts a time limit anew, and none that is not set", () => {
  using timers = fakeInterval();
  const sweep = (): void => [...timers.running].forEach((callback) => callback());
  using deadlines = openDeadlines();
  const deadline = deadlines.open();
  let expired = 0;
  deadline.set(-1_000, () => expired++);
  deadline.extend(3_600_000);
  sweep();
  assert.equal(expired, 0);
  deadline.extend(-1_000);
  sweep();
  assert.equal(expired, 1);
  deadline.extend(-1_000);
  sweep();
  assert.equal(expired, 1);
});
