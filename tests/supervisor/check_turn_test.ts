import assert from "node:assert/strict";
import {
  MAX_CHECK_HOLD_MS,
  nextCheckTurn,
  QUICK_CHECK_MS,
  type RunningCheck,
  type WaitingCheck,
} from "../../lib/supervisor/check_turn.ts";

const NOW_MS = 100_000;

type Kind = "quick" | "slow" | "urgent slow";

function running(kinds: readonly [kind: "quick" | "slow", ageMs: number][]): RunningCheck[] {
  return kinds.map(([kind, ageMs], index) => ({
    name: `r${index}`,
    isQuick: kind === "quick",
    startedAtMs: NOW_MS - ageMs,
    isEnding: false,
  }));
}

function waiting(kinds: readonly Kind[]): WaitingCheck[] {
  return kinds.map((kind, index) => ({
    name: `w${index}`,
    isQuick: kind === "quick",
    isUrgent: kind.startsWith("urgent"),
  }));
}

/** The decision for two cores, in short. */
function decide(kinds: Parameters<typeof running>[0], ...wanted: readonly Kind[]): string {
  const queue = { running: running(kinds), waiting: waiting(wanted), cores: 2, nowMs: NOW_MS };
  const turn = nextCheckTurn(queue);
  return turn.type === "wait" ? `wait ${turn.untilMs - NOW_MS}` : `${turn.type} ${turn.check.name}`;
}

Deno.test("nextCheckTurn() begins a slow check for each core, in order, urgent ones first", () => {
  assert.equal(decide([], "slow", "slow"), "begin w0");
  assert.equal(decide([["slow", 0]], "slow", "urgent slow"), "begin w1");
  assert.equal(decide([["slow", 0], ["slow", 10]], "slow"), `wait ${QUICK_CHECK_MS - 10}`);
});

Deno.test("nextCheckTurn() lets long checks run on beside others, but not without end", () => {
  const long = MAX_CHECK_HOLD_MS;
  assert.equal(decide([["slow", long], ["slow", long]], "slow"), "begin w0");
  assert.equal(decide([["slow", long], ["slow", long], ["slow", long]], "slow"), "wait Infinity");
});

Deno.test("nextCheckTurn() keeps a place for quick checks", () => {
  const slow: [kind: "slow", ageMs: number] = ["slow", MAX_CHECK_HOLD_MS];
  assert.equal(decide([slow, slow, slow], "slow", "quick"), "begin w1");
});

Deno.test("nextCheckTurn() ends the youngest that was expected to be quick, for one that waits", () => {
  const bombs: [kind: "quick", ageMs: number][] = [
    ["quick", QUICK_CHECK_MS + 5],
    ["quick", QUICK_CHECK_MS],
    ["quick", QUICK_CHECK_MS + 9],
    ["quick", QUICK_CHECK_MS - 1],
  ];
  assert.equal(decide(bombs, "quick"), "end r1");
  assert.equal(decide(bombs), "wait 1", "nobody waits");
  assert.equal(decide(bombs, "slow"), "wait 1", "slow ones wait");
  const queue = { waiting: waiting(["quick"]), cores: 2, nowMs: NOW_MS };
  const ending = running(bombs).map((one, index) => ({ ...one, isEnding: index === 1 }));
  assert.equal(nextCheckTurn({ ...queue, running: ending }).type, "wait", "one at a time");
});
