import assert from "node:assert/strict";
import { createHintQueue } from "../../lib/function/hint_queue.ts";

const BURST_MS = 15;

Deno.test("take() returns a folder once for a burst of hints", () => {
  const queue = createHintQueue(BURST_MS);
  for (let nowMs = 0; nowMs < 10; nowMs++) queue.add("a", { nowMs });
  assert.equal(queue.nextAtMs(), BURST_MS);
  assert.deepEqual([...queue.take(BURST_MS - 1)], []);
  assert.deepEqual([...queue.take(BURST_MS)], ["a"]);
  assert.deepEqual([...queue.take(BURST_MS + 1)], []);
  assert.equal(queue.nextAtMs(), Infinity);
});

Deno.test("take() does not return a folder before its files can have settled", () => {
  const queue = createHintQueue(BURST_MS);
  queue.add("a", { nowMs: 0, notBeforeMs: 200 });
  assert.deepEqual([...queue.take(199)], []);
  // A new change ends the wait.
  queue.add("a", { nowMs: 100 });
  assert.deepEqual([...queue.take(115)], ["a"]);
});

/** Returns the number of scans of a folder that changes every millisecond for ten seconds. */
function looksAt(tookMs: number): { readonly hostile: number; readonly late: number } {
  const queue = createHintQueue(BURST_MS);
  let hostile = 0;
  let late = 0;
  for (let nowMs = 0; nowMs < 10_000; nowMs++) {
    queue.add("hostile", { nowMs });
    if (nowMs % 100 === 0) queue.add("neighbour", { nowMs });
    const taken = queue.take(nowMs);
    if (taken.has("hostile")) {
      hostile++;
      queue.charge("hostile", { nowMs, tookMs });
    }
    if (taken.has("neighbour") && nowMs % 100 !== BURST_MS) late++;
  }
  return { hostile, late };
}

Deno.test("take() limits a folder that changes all the time to its share", () => {
  const { hostile, late } = looksAt(0);
  assert.ok(hostile <= (500 + 1_000) / 5 + 1, `${hostile} looks`);
  assert.ok(hostile > 100, `${hostile} looks`);
  assert.equal(late, 0);
});

Deno.test("take() returns a folder with slow scans less often", () => {
  assert.ok(looksAt(300).hostile <= 5);
});

Deno.test("take() delays a folder that changed during a slow scan", () => {
  const queue = createHintQueue(BURST_MS);
  queue.add("a", { nowMs: 1 });
  queue.charge("a", { nowMs: 2, tookMs: 600 });
  assert.deepEqual([...queue.take(900)], []);
  assert.deepEqual([...queue.take(1_002)], ["a"]);
});

Deno.test("take() returns a folder at once after a quiet time", () => {
  const queue = createHintQueue(BURST_MS);
  queue.charge("a", { nowMs: 0, tookMs: 1_000 });
  queue.add("a", { nowMs: 0 });
  assert.equal(queue.nextAtMs(), 5_000);
  queue.take(5_000);
  queue.add("a", { nowMs: 20_000 });
  assert.equal(queue.nextAtMs(), 20_000 + BURST_MS);
});
