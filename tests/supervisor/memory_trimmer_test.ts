import assert from "node:assert/strict";
import { createMemoryTrimmer } from "../../lib/supervisor/memory_trimmer.ts";
import { trimMemory } from "../../lib/system/trim_memory.ts";

/** Replaces timers of this process; `fire` runs the one that is set. */
function fakeTimer() {
  const { setTimeout, clearTimeout } = globalThis;
  let set: (() => void) | undefined;
  Object.assign(globalThis, {
    setTimeout: (callback: () => void) => set = callback,
    clearTimeout: () => set = undefined,
  });
  return {
    isSet: () => set !== undefined,
    fire() {
      const callback = set;
      set = undefined;
      callback?.();
    },
    [Symbol.dispose]: () => void Object.assign(globalThis, { setTimeout, clearTimeout }),
  };
}

Deno.test("createMemoryTrimmer() trims after work, and then rests", () => {
  using timer = fakeTimer();
  let trims = 0;
  const trimmer = createMemoryTrimmer({
    trim() {
      trims++;
      return Promise.resolve();
    },
  });
  assert.equal(timer.isSet(), false);
  for (let round = 0; round < 100; round++) trimmer.note();
  timer.fire();
  assert.equal(trims, 1);
  trimmer.note();
  timer.fire();
  timer.fire();
  assert.deepEqual([trims, timer.isSet()], [3, false]);
  trimmer.note();
  trimmer[Symbol.dispose]();
  assert.equal(timer.isSet(), false);
  trimmer.note();
  assert.equal(timer.isSet(), false);
});

Deno.test("trimMemory() is possible with the C library of this system", async () => {
  await trimMemory();
});
