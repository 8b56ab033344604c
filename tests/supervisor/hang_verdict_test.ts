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
  ["is busy and accepts no connection", WELL, "busy", "waits", suspect(1)],
  ["stays busy", suspect(1), "busy", "waits", suspect(2)],
  ["stays busy for the whole timeout", suspect(HANG_SAMPLES - 1), "busy", "waits", HUNG],
  ["stays hung", HUNG, "busy", "waits", HUNG],
  // A long poll, a stream, a slow upload: the event loop is free.
  ["waits for events", suspect(3), "idle", "waits", WELL],
  // Code that yields now and then, or work beside the event loop.
  ["is busy and accepts", suspect(HANG_SAMPLES - 1), "busy", "accepted", WELL],
  ["accepts after a hang", HUNG, "busy", "accepted", WELL],
  ["waits for events after a hang", HUNG, "idle", "waits", WELL],
  // Nothing is held against one of which the kernel does not tell enough.
  ["sleeps in an unknown place", suspect(HANG_SAMPLES - 1), "unknown", "waits", WELL],
  ["can't be connected to", suspect(HANG_SAMPLES - 1), "busy", "unknown", WELL],
];

for (const [what, before, thread, connection, after] of looks) {
  Deno.test(`judgeHang() of an instance that ${what}`, () => {
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
  ["there are no requests", signs(0, 5, 5), signs(0, 5, 5), false],
  ["all requests are answered", signs(0, 5, 5), signs(0, 9, 9), false],
  ["some requests wait and others are answered", signs(3, 5, 2), signs(3, 9, 6), false],
  ["some requests wait and none is answered", signs(0, 5, 5), signs(1, 6, 5), true],
  ["requests keep waiting", signs(1, 6, 5), signs(1, 6, 5), true],
  ["clients give up between two samples", signs(0, 6, 5), signs(0, 8, 5), true],
  ["a stream or a tunnel continues", signs(0, 6, 6), signs(0, 6, 6), false],
];

for (const [what, before, now, expected] of calls) {
  Deno.test(`needsEvidence() is ${expected} when ${what}`, () => {
    equal(needsEvidence(before, now), expected);
  });
}
