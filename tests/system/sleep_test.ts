import assert from "node:assert/strict";
import { sleep } from "../../lib/system/sleep.ts";

const LONG_MS = 3_600_000;

Deno.test("sleep() waits", async () => {
  const beganMs = performance.now();
  await sleep(30);
  // A timer may fire a little before its time by another clock.
  assert.ok(performance.now() - beganMs >= 28);
});

Deno.test("sleep() ends when the signal aborts, without an error", async () => {
  const abort = new AbortController();
  const sleeping = sleep(LONG_MS, abort.signal);
  abort.abort(new Error("reason"));
  assert.equal(await sleeping, undefined);
});

Deno.test("sleep() does not begin when the signal has aborted", async () => {
  assert.equal(await sleep(LONG_MS, AbortSignal.abort()), undefined);
});

Deno.test("sleep() leaves no listener behind", async () => {
  const { signal } = new AbortController();
  const listeners = new Set<unknown>();
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  Object.assign(signal, {
    addEventListener: (type: string, listener: () => void) => {
      listeners.add(listener);
      add(type, listener);
    },
    removeEventListener: (type: string, listener: () => void) => {
      listeners.delete(listener);
      remove(type, listener);
    },
  });
  const sleeping = sleep(1, signal);
  assert.equal(listeners.size, 1);
  await sleeping;
  assert.equal(listeners.size, 0);
});
