import assert from "node:assert/strict";
import { createFloodGate } from "../../lib/function/flood_gate.ts";

/** A gate by a clock of the test's own. */
function timedGate(): {
  readonly flood: (nowMs: number, events: number) => boolean;
  readonly over: (nowMs: number) => readonly string[];
} {
  let nowMs = 0;
  const gate = createFloodGate({ now: () => nowMs });
  return {
    flood(atMs, events) {
      nowMs = atMs;
      return Array.from({ length: events }, () => gate.count("a")).includes(true);
    },
    over(atMs) {
      nowMs = atMs;
      return gate.tick();
    },
  };
}

Deno.test("count() allows a large deployment and mutes thousands of events per second", () => {
  const { flood } = timedGate();
  assert.equal(flood(0, 2_000), false);
  assert.equal(flood(1_500, 2_000), false);
  assert.equal(flood(1_600, 1), true);
});

Deno.test("tick() unmutes a folder after a time that doubles up to a minute", () => {
  const { flood, over } = timedGate();
  let nowMs = 0;
  for (const muteMs of [2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]) {
    assert.equal(flood(nowMs, 3_000), true);
    assert.deepEqual(over(nowMs + muteMs - 1), []);
    nowMs += muteMs;
    assert.deepEqual(over(nowMs), ["a"], `after ${muteMs}`);
  }
});

Deno.test("count() resets after a quiet time", () => {
  const { flood, over } = timedGate();
  flood(0, 3_000);
  over(2_000);
  assert.equal(flood(10_000, 1), false);
  assert.equal(flood(10_001, 3_000), true);
  assert.deepEqual(over(12_001), ["a"]);
});
