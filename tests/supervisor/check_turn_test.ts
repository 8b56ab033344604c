import assert from "node:assert/strict";
import {
  IDLE_CHECK_MS,
  jointChecks,
  MAX_CHECK_HOLD_MS,
  MAX_JOINT,
  MAX_PASSED_OVER_MS,
  maxChecks,
  nextCheckTurn,
  PATIENCE_MS,
  QUICK_CHECK_MS,
  type RunningCheck,
  type WaitingCheck,
} from "../../lib/supervisor/check_turn.ts";

const NOW_MS = 100_000;

const CORES = 2;

type Kind =
  | "quick"
  | "needed quick"
  | "slow"
  | "old slow"
  | "needed slow"
  | "urgent slow"
  | "long"
  | "urgent long";

type RunningKind = "quick" | "slow" | "needed slow" | "long" | "idle";

/** Of an idle one, the age is that of its idleness. */
function running(kinds: readonly [kind: RunningKind, ageMs: number][]): RunningCheck[] {
  return kinds.map(([kind, ageMs], index) => ({
    name: `r${index}`,
    isQuick: kind === "quick",
    isLong: kind === "long",
    isNeeded: kind.startsWith("needed"),
    startedAtMs: NOW_MS - ageMs,
    idleSinceMs: kind === "idle" ? NOW_MS - ageMs : undefined,
    gaveWay: 0,
    isEnding: false,
  }));
}

function waiting(kinds: readonly Kind[]): WaitingCheck[] {
  return kinds.map((kind, index) => ({
    name: `w${index}`,
    isQuick: kind.endsWith("quick"),
    isLong: kind.endsWith("long"),
    isUrgent: kind.startsWith("urgent"),
    isNeeded: kind.startsWith("needed"),
    sinceMs: kind.startsWith("old") ? NOW_MS - MAX_PASSED_OVER_MS : NOW_MS,
    jointKey: "a",
  }));
}

/** The decision for two cores, in short. */
function decide(kinds: Parameters<typeof running>[0], ...wanted: readonly Kind[]): string {
  const queue = { running: running(kinds), waiting: waiting(wanted), cores: CORES, nowMs: NOW_MS };
  const turn = nextCheckTurn(queue);
  return turn.type === "wait" ? `wait ${turn.untilMs - NOW_MS}` : `${turn.type} ${turn.check.name}`;
}

Deno.test("nextCheckTurn() begins one slow check per core, urgent ones first", () => {
  assert.equal(decide([], "slow", "slow"), "begin w0");
  assert.equal(decide([["slow", 0]], "slow", "urgent slow"), "begin w1");
  assert.equal(decide([["slow", 0], ["slow", 10]], "slow"), `wait ${QUICK_CHECK_MS - 10}`);
});

Deno.test("nextCheckTurn() lets long checks run beside others for a limited time", () => {
  const long = MAX_CHECK_HOLD_MS;
  assert.equal(decide([["slow", long], ["slow", long]], "slow"), "begin w0");
  const wait = `wait ${PATIENCE_MS.busy - long}`;
  assert.equal(decide([["slow", long], ["slow", long], ["slow", long]], "slow"), wait);
});

Deno.test("nextCheckTurn() reserves a place for quick checks", () => {
  const slow: [kind: "slow", ageMs: number] = ["slow", MAX_CHECK_HOLD_MS];
  assert.equal(decide([slow, slow, slow], "slow", "quick"), "begin w1");
  // Those that were idle may work again, all at once.
  const many = Array.from({ length: maxChecks(CORES) - 1 }, () => slow);
  assert.equal(decide(many, "slow", "quick"), "begin w1");
});

Deno.test("nextCheckTurn() does not count idle checks", () => {
  const idle: [kind: "idle", ageMs: number] = ["idle", IDLE_CHECK_MS];
  assert.equal(decide([["slow", 0], idle], "slow"), "begin w0");
  assert.equal(decide([["slow", 0], ["idle", IDLE_CHECK_MS - 1]], "slow"), "wait 1");
  const most = maxChecks(CORES) - 1;
  const hanging = (count: number, ageMs: number): [kind: "idle", ageMs: number][] =>
    Array.from({ length: count }, (_, index) => ["idle", ageMs + index]);
  assert.equal(decide(hanging(most - 1, IDLE_CHECK_MS), "slow"), "begin w0");
  // Each takes memory, so there is an end to their number.
  assert.equal(decide(hanging(most, 2_000), "slow"), `wait ${QUICK_CHECK_MS - 2_000 - most + 1}`);
  assert.equal(decide(hanging(most, PATIENCE_MS.idle), "slow"), `end r${most - 1}`, "the longest");
  assert.equal(decide(hanging(most, PATIENCE_MS.idle)), "wait 9990", "nobody waits");
  assert.equal(decide(hanging(most, PATIENCE_MS.idle), "quick"), "begin w0");
});

Deno.test("nextCheckTurn() lets long checks give way, twice as late each time", () => {
  const age = PATIENCE_MS.busy;
  const slow: [kind: "slow", ageMs: number][] = [["slow", age], ["slow", age + 5], ["slow", age]];
  assert.equal(decide(slow, "slow"), "end r1");
  assert.equal(decide(slow), "wait Infinity", "nobody waits");
  const queue = { waiting: waiting(["slow"]), cores: CORES, nowMs: NOW_MS };
  const again = running(slow).map((one) => ({ ...one, gaveWay: 1 }));
  assert.deepEqual(nextCheckTurn({ ...queue, running: again }), {
    type: "wait",
    untilMs: NOW_MS + age - 5,
  });
});

Deno.test("nextCheckTurn() puts long checks behind others, even if they are urgent", () => {
  assert.equal(decide([], "urgent long", "long", "slow"), "begin w2");
  assert.equal(decide([], "long", "urgent long"), "begin w1");
  const age = PATIENCE_MS.busy;
  assert.equal(decide([["slow", age], ["slow", age], ["slow", age]], "long"), "wait Infinity");
  assert.equal(decide([["slow", age], ["long", age], ["slow", age]], "long"), "end r1");
});

Deno.test("nextCheckTurn() ends the youngest late quick check when another one waits", () => {
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

Deno.test("nextCheckTurn() orders checks by who waits for them", () => {
  const all = ["slow", "needed slow", "urgent slow"] as const;
  assert.equal(decide([], ...all), "begin w2", "requests");
  assert.equal(decide([], "slow", "needed slow"), "begin w1", "a function that serves");
  assert.equal(decide([], "slow", "slow"), "begin w0", "the first to arrive");
  assert.equal(decide([], "quick", "needed quick"), "begin w1");
});

Deno.test("nextCheckTurn() gives every second turn to checks that wait for long", () => {
  assert.equal(decide([["needed slow", 10]], "old slow", "needed slow"), "begin w0");
  assert.equal(decide([["needed slow", 10]], "slow", "needed slow"), "begin w1", "not for long");
  const others = [["needed slow", 1], ["idle", 2_000]] as const;
  assert.equal(
    decide(others.map(([kind, ms]) => [kind, ms]), "old slow", "needed slow"),
    "begin w0",
  );
  assert.equal(decide([["slow", 10]], "old slow", "needed slow"), "begin w1", "the other turns");
  assert.equal(decide([["needed slow", 10]], "old slow", "urgent slow"), "begin w1");
});

Deno.test("jointChecks() joins checks that wait for the same reason", () => {
  const names = (kinds: readonly Kind[], change: (one: WaitingCheck) => Partial<WaitingCheck>) => {
    const all = waiting(kinds).map((one) => ({ ...one, ...change(one) }));
    return jointChecks(all[0]!, all).map(({ name }) => name).join(" ");
  };
  const kinds = ["slow", "slow", "needed slow", "long", "urgent slow", "quick", "slow"] as const;
  assert.equal(names(kinds, () => ({})), "w0 w1 w6");
  assert.equal(names(kinds.toReversed(), () => ({})), "w0 w5 w6");
  const needed = ["needed slow", "slow", "needed slow"] as const;
  assert.equal(names(needed, () => ({})), "w0", "new code that takes long, alone");
  assert.equal(names(needed, () => ({ isQuick: true })), "w0 w2");
  assert.equal(names(["long", "long"], () => ({})), "w0", "not one that takes long");
  assert.equal(names(["slow", "slow"], () => ({ jointKey: undefined })), "w0");
  assert.equal(names(["slow", "slow", "slow"], ({ name }) => ({ jointKey: name })), "w0");
  assert.equal(names(["slow", "slow"], () => ({ name: "same" })), "same", "a function only once");
  const many = Array.from({ length: 40 }, () => "slow" as const);
  assert.equal(names(many, () => ({})).split(" ").length, MAX_JOINT);
});
