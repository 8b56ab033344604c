import assert from "node:assert/strict";
import { watchIdle } from "../../lib/supervisor/idle_watch.ts";
import { useFakeTimers } from "../fake_timers.ts";

const IDLE_MS = 1_000;

/** A watch of an instance whose usage a test changes; how often it was told that it is idle. */
function watch(
  idleMs: number,
): Disposable & { usage: { inFlight: number; requests: number }; told: number } {
  const usage = { inFlight: 0, requests: 0 };
  const watching = { usage, told: 0, [Symbol.dispose]: () => idle[Symbol.dispose]() };
  const idle = watchIdle({ usage, idleMs, onIdle: () => watching.told++ });
  return watching;
}

Deno.test("watchIdle() tells of an instance that never had a request", () => {
  using clock = useFakeTimers();
  using watching = watch(IDLE_MS);
  clock.pass(IDLE_MS - 1);
  assert.equal(watching.told, 0);
  clock.pass(1);
  assert.equal(watching.told, 1);
});

Deno.test("watchIdle() tells again for as long as it is so", () => {
  using clock = useFakeTimers();
  using watching = watch(IDLE_MS);
  clock.pass(2 * IDLE_MS);
  assert.ok(watching.told > 1);
  const before = watching.told;
  watching.usage.requests++;
  clock.pass(IDLE_MS);
  assert.equal(watching.told, before);
});

Deno.test("watchIdle() takes a request that is being answered for use, however long", () => {
  using clock = useFakeTimers();
  using watching = watch(IDLE_MS);
  Object.assign(watching.usage, { requests: 1, inFlight: 1 });
  clock.pass(100 * IDLE_MS);
  assert.equal(watching.told, 0);
  watching.usage.inFlight = 0;
  clock.pass(IDLE_MS - 1);
  assert.equal(watching.told, 0);
  clock.pass(1);
  assert.equal(watching.told, 1);
});

for (const atMs of [1, 249, 250, 251, 600, 999]) {
  Deno.test(`watchIdle() counts anew from a short request after ${atMs} ms`, () => {
    using clock = useFakeTimers();
    using watching = watch(IDLE_MS);
    clock.pass(atMs);
    watching.usage.requests++;
    clock.pass(IDLE_MS - 1);
    assert.equal(watching.told, 0, "too early");
    clock.pass(IDLE_MS / 4 + 1);
    assert.equal(watching.told, 1, "too late");
  });
}

Deno.test("watchIdle() never tells of an instance that is never idle, and sets no timer", () => {
  using clock = useFakeTimers();
  using watching = watch(Infinity);
  assert.equal(clock.count(), 0);
  clock.pass(1e9);
  assert.equal(watching.told, 0);
});

Deno.test("watchIdle() sets no timer that is longer than a timer can be", () => {
  using clock = useFakeTimers();
  using _watching = watch(1e12);
  assert.deepEqual(clock.intervals(), [2 ** 31 - 1]);
});

Deno.test("watchIdle() tells nothing any more once it is disposed of", () => {
  using clock = useFakeTimers();
  const watching = watch(IDLE_MS);
  watching[Symbol.dispose]();
  assert.equal(clock.count(), 0);
  clock.pass(10 * IDLE_MS);
  assert.equal(watching.told, 0);
});
