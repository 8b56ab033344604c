import assert from "node:assert/strict";
import { type ActivityLog, createActivityLog, nextPace } from "../../lib/function/activity_log.ts";

const SETTLE_MS = 200;

function quietOf(log: ActivityLog, nowMs: number): number | undefined {
  const facts = { nowMs, settleMs: SETTLE_MS, isNew: false, isEmptied: false };
  return log.restOf("a", facts)?.quietMs;
}

Deno.test("restOf() is undefined without events, and after a change of unknown extent", () => {
  const log = createActivityLog();
  assert.equal(quietOf(log, 0), undefined);
  log.note("a", { name: "1/.index.ts.swp", kind: "written" }, 0);
  assert.equal(quietOf(log, 0), undefined);
  log.note("a", { name: "1/index.ts", kind: "placed" }, 0);
  assert.equal(quietOf(log, 0), 0);
  log.vagueAll(10);
  log.note("a", { name: "1/index.ts", kind: "placed" }, 11);
  assert.equal(quietOf(log, 209), undefined);
  assert.equal(quietOf(log, 210), 0);
  log.forget("a");
  assert.equal(quietOf(log, 300), undefined);
});

Deno.test("restOf() tells files of the same name in two directories apart", () => {
  const log = createActivityLog();
  for (const name of ["1/index.ts", "2/index.ts"]) log.note("a", { name, kind: "placed" }, 0);
  assert.equal(quietOf(log, 0), SETTLE_MS);
});

Deno.test("settled() keeps the events of a write that has begun with temporary files", () => {
  const log = createActivityLog();
  log.note("a", { name: "1/temporary", kind: "created" }, 1_000);
  log.settled("a", { nowMs: 1_015, settleMs: SETTLE_MS, isTaken: false });
  log.note("a", { name: "1/temporary", kind: "gone" }, 1_020);
  log.note("a", { name: "1/index.ts", kind: "placed" }, 1_020);
  assert.equal(quietOf(log, 1_020), 0);
  log.settled("a", { nowMs: 1_300, settleMs: SETTLE_MS, isTaken: false });
  assert.equal(quietOf(log, 1_300), undefined);
});

Deno.test("a folder that is replaced ten times a second is taken less and less often", () => {
  const log = createActivityLog();
  const takenAtMs: number[] = [];
  const LAST_MS = 60_000;
  for (let nowMs = 0; nowMs <= LAST_MS + 1_000; nowMs += 10) {
    if (nowMs % 100 === 0 && nowMs <= LAST_MS) log.placed("a", nowMs);
    const facts = { nowMs, settleMs: SETTLE_MS, isNew: false, isEmptied: false };
    const rest = log.restOf("a", facts);
    if (rest === undefined || nowMs < rest.lastMs + rest.quietMs) continue;
    log.settled("a", { nowMs, settleMs: SETTLE_MS, isTaken: true });
    takenAtMs.push(nowMs);
  }
  assert.equal(takenAtMs[0], 0);
  assert.ok(takenAtMs.length <= 10, `taken ${takenAtMs.length} times: ${takenAtMs}`);
  // The last content counts after the whole quiet time.
  assert.equal(takenAtMs.at(-1), LAST_MS + SETTLE_MS);
});

Deno.test("nextPace() begins anew after a calm time", () => {
  const first = nextPace(undefined, 0);
  const second = nextPace(first, 600);
  assert.ok(second.recentMs > first.recentMs);
  assert.equal(nextPace(second, 60_000).recentMs, first.recentMs);
});

Deno.test("keep() forgets folders that are gone", () => {
  const log = createActivityLog();
  log.placed("a", 0);
  log.keep(new Set(["b"]), 0);
  assert.equal(quietOf(log, 0), undefined);
});
