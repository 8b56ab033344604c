import assert from "node:assert/strict";
import { scanPace } from "../../lib/function/scan_pace.ts";

const rows: readonly [
  what: string,
  options: Parameters<typeof scanPace>[0],
  pace: ReturnType<typeof scanPace>,
][] = [
  [
    "scans everything often without events",
    { rescanMs: 3_000, isWatched: false, tookMs: 50 },
    { fullMs: 3_000, uncoveredMs: Infinity },
  ],
  [
    "scans everything rarely with events",
    { rescanMs: 3_000, isWatched: true, tookMs: 50 },
    { fullMs: 30_000, uncoveredMs: 3_000 },
  ],
  [
    "scans everything more rarely when that takes long",
    { rescanMs: 3_000, isWatched: true, tookMs: 200 },
    { fullMs: 80_000, uncoveredMs: 3_000 },
  ],
  [
    "does not pause for longer than two minutes",
    { rescanMs: 3_000, isWatched: true, tookMs: 10_000 },
    { fullMs: 120_000, uncoveredMs: 3_000 },
  ],
  [
    "pauses as long as the operator asks for",
    { rescanMs: 3_600_000, isWatched: true, tookMs: 1 },
    { fullMs: 36_000_000, uncoveredMs: 3_600_000 },
  ],
];

for (const [what, options, pace] of rows) {
  Deno.test(`scanPace() ${what}`, () => assert.deepEqual(scanPace(options), pace));
}
