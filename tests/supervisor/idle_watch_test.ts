import assert from "node:assert/strict";
import { watchIdle } from "../../lib/supervisor/idle_watch.ts";
import { useFakeTimers } from "../fake_timers.ts";

const IDLE_MS = 1_000;

/** A watch of an instance whose usage a test changes; with the number of idle reports. */
function watch(
  idleMs: number,
): Disposable & { usage: { inFlight: number; requests: number }; reports: number } {
  const usage = { inFlight: 0, requests: 0 };
  const watching = { usage, reports: 0, [Symbol.dispose]: () => idle[Symbol.dispose]() };
  const idle = watchIdle({ usage, idleMs, onIdle: () => watching.reports++ });
  return watching;
}

Deno.test("watchIdle() reports an instance that never had a request", () => {
  using clock = useFakeTimers();
  using watching = watch(IDLE_MS);
  clock.pass(IDLE_MS - 1);
  assert.equal(watching.reports, 0);
  clock.pass(1);
  assert.equal(watching.reports, 1);
});

Deno.test("watchIdle() keeps reporting an idle instance", () => {
  using clock = useFakeTimers();
  using watching = watch(IDLE_MS);
  clock.pass(2 * IDLE_MS);
  assert.ok(watching.reports > 1);
  const before = watching.reports;
  watching.usage.requests++;
  clock.pass(IDLE_MS);
  assert.equal(watching.reports, before);
});

Deno.test("watchIdle() counts an in-flight request as use", () => {
  using clock = useFakeTimers();
  using watching = watch(IDLE_MS);
  Object.assign(watching.usage, { requests: 1, inFlight: 1 });
  clock.pass(100 * IDLE_MS);
  assert.equal(watching.reports, 0);
  watching.usage.inFlight = 0;
  clock.pass(IDLE_MS - 1);
  assert.equal(watching.reports, 0);
  clock.pass(1);
  assert.equal(watching.reports, 1);
});

for (const atMs of [1, 249, 250, 251, 600, 999]) {
  Deno.test(`watchIdle() starts over after a short request at ${atMs} ms`, () => {
    using clock = useFakeTimers();
    using watching = watch(IDLE_MS);
    clock.pass(atMs);
    watching.usage.requests++;
    clock.pass(IDLE_MS - 1);
    assert.equal(watching.reports, 0, "too early");
    clock.pass(IDLE_MS / 4 + 1);
    assert.equal(watching.reports, 1, "too late");
  });
}

Deno.test("watchIdle() sets no timer without an idle time", () => {
  using clock = useFakeTimers();
  using watching = watch(Infinity);
  assert.equal(clock.count(), 0);
  clock.pass(1e9);
  assert.equal(watching.reports, 0);
});

Deno.test("watchIdle() limits its interval to the maximum of timers", () => {
  using clock = useFakeTimers();
  using _watching = watch(1e12);
  assert.deepEqual(clock.intervals(), [2 ** 31 - 1]);
});

Deno.test("watchIdle() reports nothing after its disposal", () => {
  using clock = useFakeTimers();
  const watching = watch(IDLE_MS);
  watching[Symbol.dispose]();
  assert.equal(clock.count(), 0);
  clock.pass(10 * IDLE_MS);
  assert.equal(watching.reports, 0);
});

Deno.test("watchIdle() reports no instance that stays awake, and reports it once it does not", () => {
  using clock = useFakeTimers();
  const usage = { inFlight: 0, requests: 0 };
  let staysAwake = true;
  let reports = 0;
  using _ = watchIdle({
    usage,
    idleMs: IDLE_MS,
    staysAwake: () => staysAwake,
    onIdle: () => reports++,
  });
  clock.pass(100 * IDLE_MS);
  assert.equal(reports, 0);
  staysAwake = false;
  clock.pass(IDLE_MS / 4);
  assert.equal(reports, 1);
});
