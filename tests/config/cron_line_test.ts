import assert from "node:assert/strict";
import { CronExpressionParser } from "cron-parser";
import { parseCronLine } from "../../lib/config/cron_line.ts";

const YEAR_MS = 365 * 24 * 3_600_000;

/** Returns the first times after a time, in the notation of `Date.toISOString()` up to minutes. */
function timesOf(line: string, timezone: string, after: string, count: number): string[] {
  const { next } = parseCronLine(line, timezone);
  const found: string[] = [];
  for (let atMs: number | undefined = Date.parse(after); found.length < count;) {
    atMs = next(atMs);
    if (atMs === undefined) break;
    found.push(new Date(atMs).toISOString().slice(0, 16));
  }
  return found;
}

const tables: readonly [line: string, timezone: string, after: string, times: string[]][] = [
  ["0 6 * * 1-5", "Europe/Berlin", "2026-01-02T12:00:00Z", ["2026-01-05T05:00"]],
  ["@daily", "UTC", "2026-01-02T12:00:00Z", ["2026-01-03T00:00"]],
  ["0 0 * * 7", "UTC", "2026-03-27T12:00:00Z", ["2026-03-29T00:00"]],
  ["0 0 29 2 *", "UTC", "2026-01-01T00:00:00Z", ["2028-02-29T00:00"]],
  // Both the day of the month and the day of the week, see crontab(5): one is enough.
  ["0 0 13 * 5", "UTC", "2026-03-27T12:00:00Z", ["2026-04-03T00:00", "2026-04-10T00:00"]],
  // In Berlin, 2026-03-29 has no 02:30, and 2026-10-25 has two.
  ["30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", ["2026-03-29T01:00", "2026-03-30T00:30"]],
  ["30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", ["2026-10-25T00:30", "2026-10-26T01:30"]],
  ["30 * * * *", "Europe/Berlin", "2026-03-29T00:00:00Z", ["2026-03-29T00:30", "2026-03-29T01:30"]],
  [
    "30 * * * *",
    "Europe/Berlin",
    "2026-10-25T00:00:00Z",
    ["2026-10-25T00:30", "2026-10-25T01:30", "2026-10-25T02:30"],
  ],
  // Half an hour of daylight-saving time.
  ["0 2 * * *", "Australia/Lord_Howe", "2026-10-02T20:00:00Z", ["2026-10-03T15:30"]],
];

for (const [line, timezone, after, expected] of tables) {
  Deno.test(`parseCronLine() of ${line} in ${timezone} after ${after}`, () => {
    assert.deepEqual(timesOf(line, timezone, after, expected.length), expected);
  });
}

const refused: readonly [line: string, timezone: string, message: RegExp][] = [
  ["0 0 6 * * 1-5", "UTC", /five fields.*Leave out the seconds/],
  ["0 0 30 2 *", "UTC", /names a date that does not exist/],
  ["0 0 31 4,6,9,11 *", "UTC", /names a date that does not exist/],
  ["0 6 * * *", "Mars/Base", /There is no time zone "Mars\/Base"/],
  ["0 6 * * *", "", /There is no time zone/],
  ["60 * * * *", "UTC", /is no cron line: Invalid value/],
  ["* * * *", "UTC", /five fields/],
  ["", "UTC", /five fields/],
  ["2026-12-01T10:00:00", "UTC", /five fields/],
  ["@reboot", "UTC", /five fields/],
  ["* * * * *\0", "UTC", /five fields/],
  [`${"1,".repeat(200)}1 * * * *`, "UTC", /five fields/],
  ["0 0 L * *", "UTC", /five fields/],
  ["0 0 15W * *", "UTC", /five fields/],
  ["0 0 * * MON#2", "UTC", /five fields/],
  ["*/0 * * * *", "UTC", /is no cron line/],
  ["* * * * MON-XYZ", "UTC", /is no cron line/],
];

for (const [line, timezone, message] of refused) {
  Deno.test(`parseCronLine() refuses ${JSON.stringify(line.slice(0, 30))} in "${timezone}"`, () => {
    assert.throws(() => parseCronLine(line, timezone), { name: "SyntaxError", message });
  });
}

/** Lines without a time that daylight-saving time skips or repeats: libraries differ there. */
const compared: readonly [line: string, timezone: string][] = [
  ["0 0 * * *", "UTC"],
  ["*/7 * * * *", "UTC"],
  ["0 6 * * 1-5", "Europe/Berlin"],
  ["15 14 1 * *", "America/New_York"],
  ["0 22 * * 1-5", "Asia/Tokyo"],
  ["23 0-20/2 * * *", "UTC"],
  ["5 4 * * 0", "Europe/London"],
  ["0 0 1 1 *", "UTC"],
  ["0 12 28-31 * *", "Australia/Sydney"],
  ["*/15 9-17 * * 1-5", "America/Sao_Paulo"],
  ["0 0,12 1 */2 *", "UTC"],
  ["0 4 8-14 * *", "Europe/Paris"],
  ["0 0 13 * 5", "UTC"],
  ["59 23 31 12 *", "Pacific/Auckland"],
  ["10 10 29 2 *", "UTC"],
  ["1-59/2 5 * * *", "Asia/Kolkata"],
  ["0 8 * jan-mar mon,wed", "Europe/Madrid"],
  ["30 5 1,15 * *", "Asia/Kathmandu"],
  ["0 */6 * * *", "UTC"],
  ["45 20 * * 6", "America/Los_Angeles"],
];

for (const [line, timezone] of compared) {
  Deno.test(`parseCronLine() of ${line} in ${timezone} has a year's times of another library`, () => {
    const fromMs = Date.UTC(2026, 0, 1);
    const other = CronExpressionParser.parse(line, {
      tz: timezone,
      currentDate: new Date(fromMs),
    });
    const { next } = parseCronLine(line, timezone);
    let count = 0;
    // A minute's line has half a million times in a year: the first 2,000 are enough.
    for (let atMs = next(fromMs); count < 2_000; atMs = next(atMs!)) {
      if (atMs === undefined || atMs > fromMs + YEAR_MS) break;
      assert.equal(new Date(atMs).toISOString(), other.next().toDate().toISOString());
      count++;
    }
    const isLeap = line.includes(" 29 2 ");
    assert.ok(count > 0 || isLeap, `${count} times`);
  });
}
