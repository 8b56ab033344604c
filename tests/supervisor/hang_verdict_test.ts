import { deepEqual, equal } from "node:assert/strict";
import {
  HANG_SAMPLES,
  type HangEvidence,
  type HangPhase,
  judgeHang,
  needsEvidence,
} from "../../lib/supervisor/hang_verdict.ts";

const WELL: HangPhase = { type: "well" };
const HUNG: HangPhase = { type: "hung" };
const suspect = (samples: number): HangPhase => ({ type: "suspect", samples });

const looks: readonly [
  what: string,
  before: HangPhase,
  thread: HangEvidence["thread"],
  connection: HangEvidence["connection"],
  after: HangPhase,
][] = [
  ["runs, and accepts nobody", WELL, "busy", "waits", suspect(1)],
  ["goes on so", suspect(1), "busy", "waits", suspect(2)],
  ["so for as long as may be", suspect(HANG_SAMPLES - 1), "busy", "waits", HUNG],
  ["stays so", HUNG, "busy", "waits", HUNG],
  // A long poll, a stream, a slow upload: the event loop is free.
  ["waits for events", suspect(3), "idle", "waits", WELL],
  // Code that yields now and then, or work beside the event loop.
  ["runs, and accepts", suspect(HANG_SAMPLES - 1), "busy", "accepted", WELL],
  ["is well after all", HUNG, "busy", "accepted", WELL],
  ["waits after all", HUNG, "idle", "waits", WELL],
  // Nothing is held against one of which the kernel does not tell enough.
  ["sleeps somewhere", suspect(HANG_SAMPLES - 1), "unknown", "waits", WELL],
  ["can't be connected to", suspect(HANG_SAMPLES - 1), "busy", "unknown", WELL],
];

for (const [what, before, thread, connection, after] of looks) {
  Deno.test(`judgeHang() of a function that ${what}`, () => {
    deepEqual(judgeHang(before, { thread, connection }), after);
  });
}

const signs = (waiting: number, requests: number, answers: number) => ({
  waiting,
  requests,
  answers,
});

const calls: readonly [
  what: string,
  before: ReturnType<typeof signs>,
  now: ReturnType<typeof signs>,
  expected: boolean,
][] = [
  ["nobody asks", signs(0, 5, 5), signs(0, 5, 5), false],
  ["all are answered", signs(0, 5, 5), signs(0, 9, 9), false],
  ["some wait, others are answered", signs(3, 5, 2), signs(3, 9, 6), false],
  ["some wait, and none is answered", signs(0, 5, 5), signs(1, 6, 5), true],
  ["they go on waiting", signs(1, 6, 5), signs(1, 6, 5), true],
  ["clients give up between two looks", signs(0, 6, 5), signs(0, 8, 5), true],
  ["a stream or a tunnel goes on", signs(0, 6, 6), signs(0, 6, 6), false],
];

for (const [what, before, now, expected] of calls) {
  Deno.test(`needsEvidence() where ${what}: ${expected}`, () => {
    equal(needsEvidence(before, now), expected);
  });
}
