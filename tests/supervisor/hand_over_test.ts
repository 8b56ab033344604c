import assert from "node:assert/strict";
import { type CronTurn, NO_TURN, WHOLE_TURN } from "../../lib/sandbox/cron_turn.ts";
import { handOver } from "../../lib/supervisor/hand_over.ts";
import { useFakeTimers } from "../fake_timers.ts";

/** An instance's turn as it sees it, and its log of changes. */
function instance(first: CronTurn, log: string[], name: string) {
  return {
    turn: first,
    changeTurn(change: Partial<CronTurn>): void {
      this.turn = { ...this.turn, ...change };
      log.push(name);
    },
  };
}

Deno.test("handOver() takes the turn from the old instance before it gives it to the new one", () => {
  using clock = useFakeTimers();
  const log: string[] = [];
  const from = instance(WHOLE_TURN, log, "from");
  const to = instance(NO_TURN, log, "to");
  assert.equal(handOver({ from, to, now: () => 90_000 }), 0);
  assert.deepEqual(log, ["from", "to"]);
  assert.deepEqual(from.turn, { isServing: false, fromMs: 0, untilMs: 120_000 });
  assert.deepEqual(to.turn, { isServing: true, fromMs: 120_000, untilMs: Infinity });
  clock.pass(29_999);
  assert.equal(to.turn.fromMs, 120_000);
  clock.pass(1);
  assert.deepEqual(from.turn, { isServing: false, fromMs: 0, untilMs: 0 });
  assert.deepEqual(to.turn, WHOLE_TURN);
});

Deno.test("handOver() twice in a minute leaves the instance between them without a turn", () => {
  using clock = useFakeTimers();
  const log: string[] = [];
  const [a, b, c] = ["a", "b", "c"].map((name) =>
    instance(name === "a" ? WHOLE_TURN : NO_TURN, log, name)
  );
  handOver({ from: a!, to: b, now: () => 70_000 });
  handOver({ from: b!, to: c, now: () => 80_000 });
  const turns = [a, b, c].map((one) => [one!.turn.fromMs, one!.turn.untilMs]);
  assert.deepEqual(turns, [[0, 120_000], [120_000, 120_000], [120_000, Infinity]]);
  clock.pass(50_000);
  const later = [a, b, c].map((one) => [one!.turn.fromMs, one!.turn.untilMs]);
  assert.deepEqual(later, [[0, 0], [0, 0], [0, Infinity]]);
});
