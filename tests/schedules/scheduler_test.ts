import assert from "node:assert/strict";
import fc from "fast-check";
import type { Schedule } from "../../lib/config/schedule.ts";
import type { RunCounts } from "../../lib/schedules/schedule_record.ts";
import { EACH_MINUTE, NOON_MS, pretendHost } from "./pretend.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

function minutes(...numbers: readonly number[]): number[] {
  return numbers.map((number) => NOON_MS + number * MINUTE_MS);
}

function countsOf(counts: RunCounts): string {
  const { ok, failed, interrupted, skipped, missed } = counts;
  return [ok, failed, interrupted, skipped, missed].join(" ");
}

Deno.test("createScheduler() runs a schedule at each time of its cron line, once", async () => {
  const host = pretendHost();
  await using scheduler = host.start();
  scheduler.set("a", [EACH_MINUTE]);
  await host.pass(3 * MINUTE_MS + 1);
  assert.deepEqual(host.delivered, minutes(1, 2, 3));
  const [state] = scheduler.list();
  assert.equal(state!.nextMs, minutes(4)[0]);
  assert.equal(state!.last!.result, "ok");
  assert.equal(countsOf(state!.counts), "3 0 0 0 0");
  assert.deepEqual(host.stored("a").get("report")!.counts, state!.counts);
});

const overlaps: readonly [Schedule["overlap"], delivered: number[], counts: string][] = [
  ["skip", [1, 4, 7], "2 0 0 4 0"],
  ["queue", [1, 2, 4], "2 0 0 3 0"],
];

for (const [overlap, delivered, counts] of overlaps) {
  Deno.test(`createScheduler() with overlap ${overlap} runs nothing twice at a time`, async () => {
    let running = 0;
    const host = pretendHost({
      async answer() {
        running++;
        assert.equal(running, 1);
        await host.pause(2.4 * MINUTE_MS);
        running--;
        return { type: "answered", status: 200 };
      },
    });
    await using scheduler = host.start();
    scheduler.set("a", [{ ...EACH_MINUTE, overlap }]);
    await host.pass(7.2 * MINUTE_MS);
    assert.deepEqual(host.delivered, minutes(...delivered));
    assert.equal(countsOf(scheduler.list()[0]!.counts), counts);
    const ending = scheduler[Symbol.asyncDispose]();
    await host.pass(HOUR_MS);
    await ending;
  });
}

const hourly: Schedule = { ...EACH_MINUTE, cron: "0 * * * *" };

for (const catchUp of [false, true]) {
  Deno.test(`createScheduler() ${catchUp ? "makes up once for" : "counts"} times while ddsrv was down`, async () => {
    const host = pretendHost();
    {
      await using scheduler = host.start();
      scheduler.set("a", [{ ...hourly, catchUp }]);
      await host.pass(MINUTE_MS);
    }
    await host.pass(3 * HOUR_MS + MINUTE_MS);
    await using scheduler = host.start();
    scheduler.set("a", [{ ...hourly, catchUp }]);
    await host.pass(MINUTE_MS);
    assert.deepEqual(host.delivered, catchUp ? [NOON_MS + 3 * HOUR_MS] : []);
    assert.equal(countsOf(scheduler.list()[0]!.counts), catchUp ? "1 0 0 0 2" : "0 0 0 0 3");
    await host.pass(HOUR_MS);
    assert.equal(host.delivered.at(-1), NOON_MS + 4 * HOUR_MS);
  });
}

Deno.test("createScheduler() runs nothing again when the clock is set back an hour", async () => {
  const host = pretendHost();
  await using scheduler = host.start();
  scheduler.set("a", [EACH_MINUTE]);
  await host.pass(2 * MINUTE_MS + 1);
  host.setClock(host.nowMs - HOUR_MS);
  await host.pass(HOUR_MS);
  assert.deepEqual(host.delivered, minutes(1, 2));
  await host.pass(MINUTE_MS);
  assert.deepEqual(host.delivered, minutes(1, 2, 3));
  assert.deepEqual(host.warnings, []);
});

Deno.test("createScheduler() continues after a clock that was years ahead, and says so", async () => {
  const host = pretendHost();
  await using scheduler = host.start();
  scheduler.set("a", [EACH_MINUTE]);
  host.setClock(host.nowMs + 3 * 365 * 24 * HOUR_MS);
  await host.pass(2 * MINUTE_MS);
  host.setClock(NOON_MS);
  await host.pass(2 * MINUTE_MS);
  assert.match(host.warnings.join(), /The clock was set back by more than a day/);
  assert.equal(host.delivered.at(-1), minutes(2)[0]);
});

Deno.test("createScheduler() does not run a schedule that it can't record", async () => {
  let isDiskFull = false;
  const host = pretendHost({ isDiskFull: () => isDiskFull });
  await using scheduler = host.start();
  scheduler.set("a", [EACH_MINUTE]);
  await host.pass(1);
  isDiskFull = true;
  await host.pass(MINUTE_MS);
  assert.deepEqual(host.delivered, []);
  assert.match(host.ended[0]!.reason!, /Cannot record the run: No space left/);
  isDiskFull = false;
  await host.pass(MINUTE_MS);
  assert.deepEqual(host.delivered, minutes(2));
});

Deno.test("createScheduler() follows its manifest: another line begins anew, a removed one ends", async () => {
  const host = pretendHost();
  await using scheduler = host.start();
  scheduler.set("a", [hourly, { ...EACH_MINUTE, name: "other" }]);
  await host.pass(1.5 * MINUTE_MS);
  scheduler.set("a", [{ ...hourly, cron: "* * * * *" }]);
  await host.pass(MINUTE_MS);
  assert.deepEqual(host.delivered, minutes(1, 2));
  assert.deepEqual(scheduler.list().map(({ schedule }) => schedule.name), ["report"]);
  scheduler.set("a", []);
  await host.pass(HOUR_MS);
  assert.deepEqual(host.delivered, minutes(1, 2));
});

Deno.test("createScheduler() ends the run of a function that is removed", async () => {
  const host = pretendHost({
    answer: ({ signal }) =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () => resolve({ type: "unanswered", reason: "aborted" }));
      }),
  });
  await using scheduler = host.start();
  scheduler.set("a", [EACH_MINUTE]);
  await host.pass(MINUTE_MS);
  assert.ok(scheduler.list()[0]!.running !== undefined);
  scheduler.remove("a");
  assert.deepEqual(scheduler.list(), []);
  // The folder comes back at once.
  scheduler.set("a", [EACH_MINUTE]);
  await host.pass(1);
  assert.equal(host.ended[0]!.result, "interrupted");
  assert.equal(host.delivered.length, 1);
  assert.equal(scheduler.list()[0]!.last!.result, "interrupted");
});

Deno.test("createScheduler() runs a schedule by hand, one at a time", async () => {
  const host = pretendHost({
    async answer() {
      await host.pause(1_000);
      return { type: "answered", status: 404 };
    },
  });
  await using scheduler = host.start();
  scheduler.set("a", [hourly]);
  await host.pass(1);
  const first = scheduler.run("a", "report");
  assert.deepEqual(await scheduler.run("a", "report"), { type: "running" });
  assert.deepEqual(await scheduler.run("a", "other"), { type: "absent" });
  assert.deepEqual(await scheduler.run("b", "report"), { type: "absent" });
  await host.pass(1_000);
  const ended = await first;
  assert.equal(ended.type, "ended");
  assert.equal(ended.run.reason, "The answer had the status 404");
  assert.equal(ended.run.isManual, true);
});

const lives = fc.array(
  fc.record({
    /** The supervisor is killed at this effect. */
    killedAt: fc.integer({ min: 1, max: 30 }),
    downMs: fc.integer({ min: 0, max: 5 * MINUTE_MS }),
    answerMs: fc.integer({ min: 0, max: 3 * MINUTE_MS }),
    status: fc.constantFrom(200, 404, 500),
  }),
  { minLength: 1, maxLength: 6 },
);

Deno.test("createScheduler() loses no time and runs none twice, wherever kill -9 hits", async () => {
  await fc.assert(
    fc.asyncProperty(
      lives,
      fc.constantFrom<Schedule["overlap"]>("skip", "queue"),
      fc.boolean(),
      async (plan, overlap, catchUp) => {
        let life = plan[0]!;
        let effects = 0;
        const host = pretendHost({
          isKilledAt: () => ++effects === life.killedAt,
          async answer() {
            await host.pause(life.answerMs);
            return { type: "answered", status: life.status };
          },
        });
        for (life of plan) {
          effects = 0;
          const scheduler = host.start();
          scheduler.set("a", [{ ...EACH_MINUTE, overlap, catchUp }]);
          for (let step = 0; step < 40 && !host.isKilled; step++) await host.pass(MINUTE_MS / 2);
          await host.pass(life.downMs);
        }
        // The last supervisor stays.
        life = { ...life, killedAt: Infinity, answerMs: 0 };
        const scheduler = host.start();
        scheduler.set("a", [{ ...EACH_MINUTE, overlap, catchUp }]);
        await host.pass(2 * MINUTE_MS);
        const [{ counts, last }] = scheduler.list() as [ReturnType<typeof scheduler.list>[0]];
        assert.equal(new Set(host.delivered).size, host.delivered.length, "a time ran twice");
        const { line: _, seenMs } = host.stored("a").get("report")!;
        assert.ok(host.nowMs - seenMs < MINUTE_MS);
        assert.equal(last!.tickMs, seenMs);
        const sum = Object.values(counts).reduce((all, one) => all + one);
        const isFirstKilled = plan[0]!.killedAt === 1;
        // Killed before its first write, a supervisor has known no schedule.
        const begunMs = isFirstKilled ? undefined : NOON_MS;
        if (begunMs !== undefined) {
          assert.equal(sum, (seenMs - begunMs) / MINUTE_MS, "a time is lost");
        }
        await scheduler[Symbol.asyncDispose]();
      },
    ),
    { numRuns: 60 },
  );
});
