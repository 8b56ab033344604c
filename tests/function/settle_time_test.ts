import assert from "node:assert/strict";
import { settleTime } from "../../lib/function/settle_time.ts";

const SETTLE_MS = 200;

const times: readonly [
  what: string,
  options: Omit<Parameters<typeof settleTime>[0], "settleMs" | "wallMs"> & { wallMs?: number },
  expected: number,
][] = [
  ["just changed", { changedAtMs: 1_000, firstSeenMs: 1_000, nowMs: 1_100 }, 1_200],
  ["seen late", { changedAtMs: 1_000, firstSeenMs: 1_100, nowMs: 1_150 }, 1_200],
  ["an old file", { changedAtMs: 10, firstSeenMs: 1_100, nowMs: 1_100 }, 210],
  ["a file system whose clock is ahead", {
    changedAtMs: 9_000,
    firstSeenMs: 1_000,
    nowMs: 1_100,
  }, 1_200],
  // Written at 1,000 by both clocks; the host's clock was then set.
  ["the host's clock jumps an hour ahead", {
    changedAtMs: 1_000,
    firstSeenMs: 1_010,
    nowMs: 1_050,
    wallMs: 3_601_050,
  }, 1_200],
  ["the host's clock was set back before the write", {
    changedAtMs: 1_000,
    firstSeenMs: 3_601_010,
    nowMs: 3_601_050,
    wallMs: 1_050,
  }, 3_601_200],
  ["the host's clock was set back after the write", {
    changedAtMs: 3_601_000,
    firstSeenMs: 3_601_010,
    nowMs: 3_601_050,
    wallMs: 1_050,
  }, 3_601_210],
  ["a rename", {
    changedAtMs: 1_000,
    firstSeenMs: 1_010,
    nowMs: 1_010,
    rest: { quietMs: 0, lastMs: 1_002 },
  }, 1_002],
  ["a single write, whatever the clocks say", {
    changedAtMs: 1,
    firstSeenMs: 1_010,
    nowMs: 1_010,
    wallMs: 3_601_010,
    rest: { quietMs: 50, lastMs: 1_002 },
  }, 1_052],
  ["many events, whatever the clocks say", {
    changedAtMs: 1,
    firstSeenMs: 1_010,
    nowMs: 1_010,
    rest: { quietMs: SETTLE_MS, lastMs: 1_002 },
  }, 1_202],
];

for (const [what, options, expected] of times) {
  Deno.test(`settleTime() of ${what}`, () => {
    const { nowMs, wallMs = nowMs } = options;
    assert.equal(settleTime({ ...options, wallMs, settleMs: SETTLE_MS }), expected);
  });
}
