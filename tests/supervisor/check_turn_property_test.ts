import assert from "node:assert/strict";
import fc from "fast-check";
import { noteGivenWay, UNKNOWN } from "../../lib/supervisor/check_history.ts";
import {
  IDLE_CHECK_MS,
  MAX_CHECK_HOLD_MS,
  maxChecks,
  nextCheckTurn,
  PATIENCE_MS,
  type RunningCheck,
  type WaitingCheck,
} from "../../lib/supervisor/check_turn.ts";

const STEP_MS = 500;

/** A check as a pattern of seconds in which it works (true) or waits, repeated until it has ended. */
interface Pretended {
  readonly pattern: readonly boolean[];
  /** Seconds, of its own, after which a bound ends it. */
  readonly seconds: number;
  readonly isQuick: boolean;
  readonly isNeeded: boolean;
}

interface Run extends RunningCheck {
  idleSinceMs: number | undefined;
  readonly check: Pretended;
}

interface Wait extends WaitingCheck {
  readonly check: Pretended;
}

const hostile: fc.Arbitrary<Pretended> = fc.record({
  pattern: fc.oneof(
    fc.constant([false]),
    fc.constant([true]),
    fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }),
  ),
  seconds: fc.constantFrom(30, 90, 600),
  isQuick: fc.boolean(),
  isNeeded: fc.boolean(),
});

/** When good code begins that comes behind all the others, in milliseconds; most that ran before. */
function simulate(others: readonly Pretended[], cores: number): { begunMs: number; most: number } {
  const good: Pretended = { pattern: [true], seconds: 2, isQuick: false, isNeeded: false };
  const histories = new Map(others.map((one) => [one, { ...UNKNOWN, isQuick: one.isQuick }]));
  const wait = (check: Pretended, sinceMs: number): Wait => {
    const { isQuick, isLong } = histories.get(check) ?? UNKNOWN;
    const { isNeeded } = check;
    const kind = { isQuick, isLong, isNeeded, isUrgent: false };
    return { name: "", ...kind, sinceMs, jointKey: undefined, check };
  };
  const waiting: Wait[] = [...others, good].map((check) => wait(check, 0));
  const running = new Set<Run>();
  let most = 0;
  for (let nowMs = 0;; nowMs += STEP_MS) {
    for (const one of running) {
      const second = Math.floor((nowMs - one.startedAtMs) / 1_000);
      if (second >= one.check.seconds) running.delete(one);
      const { pattern } = one.check;
      if (pattern[second % pattern.length]) one.idleSinceMs = undefined;
      else one.idleSinceMs ??= nowMs;
    }
    for (let decisions = 0;; decisions++) {
      assert.ok(decisions < 100, "it comes to an end");
      const turn = nextCheckTurn<Run, Wait>({ running: [...running], waiting, cores, nowMs });
      if (turn.type === "wait") {
        assert.ok(turn.untilMs > nowMs);
        break;
      }
      const { check } = turn.check;
      if (turn.type === "end") {
        assert.ok(running.delete(turn.check as Run));
        histories.set(check, noteGivenWay(histories.get(check)!));
        waiting.push(wait(check, nowMs));
        continue;
      }
      if (check === good) return { begunMs: nowMs, most };
      waiting.splice(waiting.indexOf(turn.check), 1);
      const { isQuick, isLong, isNeeded } = turn.check;
      const { gaveWay } = histories.get(check)!;
      running.add({
        ...{
          name: "",
          isQuick,
          isLong,
          isNeeded,
          gaveWay,
          startedAtMs: nowMs,
          isEnding: false,
          check,
        },
        idleSinceMs: undefined,
      });
      most = Math.max(most, running.size);
    }
  }
}

Deno.test("nextCheckTurn() lets valid code begin for any queue before it", () => {
  fc.assert(
    fc.property(
      fc.array(hostile, { maxLength: 20 }),
      fc.integer({ min: 1, max: 4 }),
      (others, cores) => {
        const { begunMs, most } = simulate(others, cores);
        assert.ok(most <= maxChecks(cores), `${most} run`);
        // Each of them may have had a whole turn before, with that many at a time.
        const turns = Math.ceil(others.length / cores);
        const limitMs = PATIENCE_MS.busy * turns;
        assert.ok(begunMs <= limitMs, `${others.length} others: begun after ${begunMs} ms`);
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("nextCheckTurn() lets valid code begin soon behind idle checks", () => {
  fc.assert(
    fc.property(fc.integer({ max: 40, min: 1 }), fc.integer({ min: 1, max: 4 }), (count, cores) => {
      const check = {
        pattern: [true, false, ...Array(600).fill(false)],
        seconds: 600,
        isQuick: false,
        isNeeded: true,
      };
      const { begunMs } = simulate(Array.from({ length: count }, () => ({ ...check })), cores);
      const each = 1_000 + IDLE_CHECK_MS + PATIENCE_MS.idle;
      assert.ok(begunMs <= MAX_CHECK_HOLD_MS + each * count, `begun after ${begunMs} ms`);
    }),
  );
});
