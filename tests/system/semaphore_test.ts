import assert from "node:assert/strict";
import { createSemaphore } from "../../lib/system/semaphore.ts";

/** Lets everything run that waits for nothing but promises. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

for (const places of [1, 3]) {
  Deno.test(`run() runs ${places} tasks at a time, the others in the order of arrival`, async () => {
    const semaphore = createSemaphore(places);
    const gates = Array.from({ length: 7 }, () => Promise.withResolvers<void>());
    const started: number[] = [];
    const tasks = gates.map((gate, index) =>
      semaphore.run(async () => {
        started.push(index);
        await gate.promise;
        return index;
      })
    );
    for (const [index, gate] of gates.entries()) {
      await settle();
      const count = Math.min(gates.length, index + places);
      assert.deepEqual(started, Array.from({ length: count }, (_, one) => one));
      gate.resolve();
    }
    assert.deepEqual(await Promise.all(tasks), [0, 1, 2, 3, 4, 5, 6]);
  });
}

Deno.test("run() rejects with the error of a task and frees its place", async () => {
  const semaphore = createSemaphore(1);
  const failing = semaphore.run(() => Promise.reject(new RangeError("no")));
  const next = semaphore.run(() => Promise.resolve("next"));
  await assert.rejects(failing, RangeError);
  assert.equal(await next, "next");
  assert.equal(await semaphore.run(() => Promise.resolve("free")), "free");
});
