import assert from "node:assert/strict";
import { noteCheck, UNKNOWN } from "../../lib/supervisor/check_history.ts";

Deno.test("noteCheck() expects of a function what its last check was", () => {
  const ended = { isExhausted: false, nowMs: 0 };
  assert.equal(noteCheck(UNKNOWN, { ...ended, tookMs: 500 }).isQuick, true);
  assert.equal(noteCheck(UNKNOWN, { ...ended, tookMs: 20_000 }).isQuick, false);
});

Deno.test("noteCheck() has a function wait whose checks are ended by their bounds", () => {
  let history = UNKNOWN;
  const waits: number[] = [];
  for (let round = 0; round < 6; round++) {
    history = noteCheck(history, { tookMs: 60_000, isExhausted: true, nowMs: 1_000 });
    waits.push((history.notBeforeMs - 1_000) / 1_000);
  }
  assert.deepEqual(waits, [60, 120, 240, 480, 600, 600]);
  assert.equal(history.isQuick, false);
  const soon = noteCheck(UNKNOWN, { tookMs: 3, isExhausted: true, nowMs: 0 });
  assert.equal(soon.notBeforeMs, 1_000);
  const passed = noteCheck(history, { tookMs: 100, isExhausted: false, nowMs: 0 });
  assert.deepEqual(passed, { isQuick: true, exhausted: 0, notBeforeMs: 0 });
});
