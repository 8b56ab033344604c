import assert from "node:assert/strict";
import { parseCronLine } from "../../lib/config/cron_line.ts";
import { findDueTick } from "../../lib/schedules/due_tick.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOON_MS = Date.UTC(2026, 10, 27, 12);

interface Row {
  readonly what: string;
  readonly line?: string;
  /** Times relative to noon. */
  readonly seen: number;
  readonly now: number;
  readonly catchUp?: boolean;
  readonly due: number | undefined;
  readonly seenAfter: number;
  readonly missed: number;
}

const rows: readonly Row[] = [
  { what: "no tick yet", seen: 0, now: HOUR_MS - 1, due: undefined, seenAfter: 0, missed: 0 },
  { what: "a tick", seen: 0, now: HOUR_MS, due: HOUR_MS, seenAfter: HOUR_MS, missed: 0 },
  {
    what: "a tick a minute ago",
    ...{ seen: 0, now: HOUR_MS + 60_000, due: HOUR_MS, seenAfter: HOUR_MS, missed: 0 },
  },
  {
    what: "a late tick",
    ...{ seen: 0, now: HOUR_MS + 60_001, due: undefined, seenAfter: HOUR_MS, missed: 1 },
  },
  {
    what: "a late tick to catch up",
    ...{ seen: 0, now: HOUR_MS + 60_001, catchUp: true },
    ...{ due: HOUR_MS, seenAfter: HOUR_MS, missed: 0 },
  },
  {
    what: "several ticks to catch up, of which the last one counts",
    ...{ seen: 0, now: 5 * HOUR_MS + 120_000, catchUp: true },
    ...{ due: 5 * HOUR_MS, seenAfter: 5 * HOUR_MS, missed: 4 },
  },
  {
    what: "a clock that was set back",
    ...{ seen: 0, now: -HOUR_MS, due: undefined, seenAfter: 0, missed: 0 },
  },
  {
    what: "each minute of a year, with a count that is nearly right",
    ...{ line: "* * * * *", seen: -365 * DAY_MS, now: 30_000 },
    ...{ due: 0, seenAfter: 0, missed: 365 * 24 * 60 - 1 },
  },
];

for (const { what, line = "0 * * * *", seen, now, catchUp = false, ...row } of rows) {
  Deno.test(`findDueTick() finds ${what}`, () => {
    const found = findDueTick(parseCronLine(line, "UTC"), {
      seenMs: NOON_MS + seen,
      nowMs: NOON_MS + now,
      catchUp,
    });
    assert.equal(found.dueMs, row.due === undefined ? undefined : NOON_MS + row.due);
    assert.equal(found.seenMs, NOON_MS + row.seenAfter);
    const tolerance = row.missed > 100 ? row.missed / 20 : 0;
    assert.ok(Math.abs(found.missed - row.missed) <= tolerance, `${found.missed} missed`);
  });
}
