import assert from "node:assert/strict";
import { formatTurn, handOverAt, NO_TURN, WHOLE_TURN } from "../../lib/sandbox/cron_turn.ts";

const MINUTE_MS = 60_000;

const rows: readonly [nowMs: number, atMs: number, keepMs: number][] = [
  [0, 60_000, 1_000],
  [1, 60_000, 999],
  [999, 60_000, 1],
  [1_000, 60_000, 0],
  [30_000, 60_000, 0],
  [59_000, 60_000, 0],
  [59_001, 120_000, 1_999],
  [59_999, 120_000, 1_001],
  [60_000, 120_000, 1_000],
];

for (const [nowMs, atMs, keepMs] of rows) {
  Deno.test(`handOverAt() ${nowMs} ms after a minute`, () => {
    const hourMs = 1_800_000_000_000;
    assert.deepEqual(handOverAt(hourMs + nowMs), { atMs: hourMs + atMs, keepMs });
  });
}

Deno.test("each minute has exactly one instance that may tick, whenever a hand-over begins", () => {
  for (let nowMs = 0; nowMs < 2 * MINUTE_MS; nowMs += 7) {
    const { atMs, keepMs } = handOverAt(nowMs);
    for (let minuteMs = 0; minuteMs <= 4 * MINUTE_MS; minuteMs += MINUTE_MS) {
      for (const lateMs of [0, 5, 500, 999]) {
        const tickMs = minuteMs + lateMs;
        // The new instance has its timers before the hand-over, and the old one stays until its end.
        if (minuteMs < atMs) assert.ok(tickMs <= nowMs + keepMs, `old has ended at ${tickMs}`);
        // It sees the hand-over in time.
        else assert.ok(tickMs - nowMs >= 1_000, `new does not know at ${tickMs}`);
      }
    }
  }
});

Deno.test("formatTurn() makes texts of one length, so that each replaces another as a whole", () => {
  const now = 1_800_000_000_000;
  const turns = [NO_TURN, WHOLE_TURN, { isServing: true, fromMs: now, untilMs: now + MINUTE_MS }];
  const texts = turns.map(formatTurn);
  assert.deepEqual(new Set(texts.map((text) => text.length)).size, 1);
  assert.deepEqual(
    texts.map((text) => text.trim()),
    ["0 0 0", "1 0 Infinity", "1 1800000000000 1800000060000"],
  );
});
