import assert from "node:assert/strict";
import { type Attempted, runSchedule } from "../../lib/schedules/run_schedule.ts";

const BEGUN = { tickMs: 0, startedAtMs: 1_000, isManual: false };

function status(status: number): Attempted {
  return { type: "answered", status };
}

const NO_ANSWER: Attempted = { type: "unanswered", reason: "No answer" };

interface Row {
  readonly what: string;
  readonly attempts: readonly Attempted[];
  readonly retries?: number;
  readonly result: string;
  readonly pauses?: readonly number[];
}

const rows: readonly Row[] = [
  { what: "a good answer", attempts: [status(204)], result: "ok 1 204" },
  { what: "a redirect", attempts: [status(302)], result: "ok 1 302" },
  { what: "a failure", attempts: [status(500)], result: "failed 1 500" },
  {
    what: "a good answer after failures",
    attempts: [status(500), NO_ANSWER, status(429), status(200)],
    retries: 5,
    result: "ok 4 200",
    pauses: [1_000, 4_000, 16_000],
  },
  {
    what: "no retry after a status that is final",
    attempts: [status(404)],
    retries: 5,
    result: "failed 1 404",
  },
  {
    what: "no retries left",
    attempts: [NO_ANSWER, status(503), NO_ANSWER],
    retries: 2,
    result: "failed 3 ",
    pauses: [1_000, 4_000],
  },
  {
    what: "pauses of at most 5 min",
    attempts: Array.from({ length: 8 }, () => NO_ANSWER),
    retries: 7,
    result: "failed 8 ",
    pauses: [1_000, 4_000, 16_000, 64_000, 256_000, 300_000, 300_000],
  },
];

for (const { what, attempts, retries = 0, result, pauses = [] } of rows) {
  Deno.test(`runSchedule() ends with ${what}`, async () => {
    const left = [...attempts];
    const paused: number[] = [];
    const ended = await runSchedule({ retries, timeoutMs: 60_000 }, BEGUN, {
      attempt: () => Promise.resolve(left.shift()!),
      signal: new AbortController().signal,
      now: () => 3_500,
      pause: (ms) => Promise.resolve(void paused.push(Math.round(ms))),
      chance: () => 0.5,
    });
    assert.equal(`${ended.result} ${ended.attempts} ${ended.status ?? ""}`, result);
    assert.deepEqual(paused, pauses);
    assert.equal(ended.durationMs, 2_500);
    assert.equal(left.length, 0);
  });
}

Deno.test("runSchedule() is interrupted during a pause", async () => {
  const abort = new AbortController();
  const ended = await runSchedule({ retries: 3, timeoutMs: 60_000 }, BEGUN, {
    attempt: () => Promise.resolve(status(500)),
    signal: abort.signal,
    now: () => 0,
    pause: () => Promise.resolve(abort.abort()),
  });
  assert.deepEqual([ended.result, ended.attempts, ended.durationMs], ["interrupted", 1, 0]);
});

Deno.test("runSchedule() gives each attempt its own time", async () => {
  // The timeouts themselves do not keep the process alive.
  const alive = setInterval(() => {}, 1_000);
  using _alive = { [Symbol.dispose]: () => clearInterval(alive) };
  const reasons: string[] = [];
  const ended = await runSchedule({ retries: 1, timeoutMs: 20 }, BEGUN, {
    async attempt(signal) {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      reasons.push(signal.reason.name);
      return NO_ANSWER;
    },
    signal: new AbortController().signal,
    now: () => 0,
    pause: () => Promise.resolve(),
  });
  assert.deepEqual(reasons, ["TimeoutError", "TimeoutError"]);
  assert.equal(ended.result, "failed");
});
