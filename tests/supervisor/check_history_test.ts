import assert from "node:assert/strict";
import { noteCheck, noteGivenWay, UNKNOWN } from "../../lib/supervisor/check_history.ts";

Deno.test("noteCheck() expects the next check to be like the last", () => {
  const ended = { exhausted: undefined, hasErrors: false, nowMs: 0 };
  assert.equal(noteCheck(UNKNOWN, { ...ended, tookMs: 500 }).isQuick, true);
  const long = noteCheck(UNKNOWN, { ...ended, tookMs: 20_000 });
  assert.deepEqual([long.isQuick, long.isLong], [false, true]);
  assert.equal(noteCheck(UNKNOWN, { ...ended, tookMs: 500, hasErrors: true }).hasErrors, true);
});

Deno.test("noteCheck() delays a function whose checks hit their limits", () => {
  let history = UNKNOWN;
  const waits: number[] = [];
  for (let round = 0; round < 6; round++) {
    history = noteCheck(history, {
      tookMs: 60_000,
      exhausted: "cpu",
      hasErrors: true,
      nowMs: 1_000,
    });
    waits.push((history.notBeforeMs - 1_000) / 1_000);
  }
  assert.deepEqual(waits, [60, 120, 240, 480, 600, 600]);
  assert.equal(history.isQuick, false);
  const soon = noteCheck(UNKNOWN, { tookMs: 3, exhausted: "memory", hasErrors: true, nowMs: 0 });
  assert.equal(soon.notBeforeMs, 1_000);
  const passed = noteCheck(history, {
    tookMs: 100,
    exhausted: undefined,
    hasErrors: false,
    nowMs: 0,
  });
  assert.deepEqual(passed, { ...UNKNOWN, isQuick: true });
});

Deno.test("noteCheck() does not delay a function whose check only timed out", () => {
  const late = noteCheck(UNKNOWN, {
    tookMs: 600_000,
    exhausted: "time",
    hasErrors: true,
    nowMs: 600_000,
  });
  assert.deepEqual(late, { ...UNKNOWN, isLong: true });
  const bomb = noteCheck(late, { tookMs: 60_000, exhausted: "cpu", hasErrors: true, nowMs: 0 });
  assert.equal(bomb.notBeforeMs, 60_000, "nor does it count for later ones");
});

Deno.test("noteGivenWay() lets a slow check take longer, and makes a quick one slow", () => {
  const quick = { ...UNKNOWN, isQuick: true };
  assert.deepEqual(noteGivenWay(quick), UNKNOWN);
  assert.deepEqual(noteGivenWay(UNKNOWN), { ...UNKNOWN, isLong: true, gaveWay: 1 });
  const ended = { tookMs: 600_000, exhausted: "time", hasErrors: true, nowMs: 0 } as const;
  assert.equal(noteCheck(noteGivenWay(UNKNOWN), ended).gaveWay, 0);
});
