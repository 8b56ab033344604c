import assert from "node:assert/strict";
import { z } from "zod";
import { schedules } from "../../lib/config/schedule.ts";

const schema = schedules.schema(z);

function read(given: unknown): unknown {
  const parsed = schema.safeParse(given);
  return parsed.success ? parsed.data : z.prettifyError(parsed.error);
}

const REPORT = { name: "report", cron: "0 6 * * *" };

Deno.test("schedules have defaults, and are written as they were read", () => {
  const [full] = read([REPORT]) as [Record<string, unknown>];
  assert.deepEqual(full, {
    ...REPORT,
    timezone: "UTC",
    path: "/",
    method: "POST",
    timeoutMs: 300_000,
    retries: 0,
    overlap: "skip",
    catchUp: false,
  });
  const given = {
    ...REPORT,
    timezone: "Europe/Berlin",
    path: "/jobs/report?full=1",
    method: "GET",
    timeout: "90s",
    retries: 3,
    overlap: "queue",
    catchUp: true,
  };
  const parsed = schema.parse([given]);
  assert.deepEqual(read(schedules.write(parsed)), parsed);
});

const refused: readonly [what: string, given: unknown, message: RegExp][] = [
  ["no list", {}, /expected array/],
  ["an unknown key", [{ ...REPORT, cronn: "" }], /cronn/],
  ["no name", [{ cron: "0 6 * * *" }], /name/],
  ["a name with a space", [{ ...REPORT, name: "a b" }], /Give a name of at most 63/],
  ["a name with a line break", [{ ...REPORT, name: "a\nb" }], /Give a name of at most 63/],
  ["a long name", [{ ...REPORT, name: "a".repeat(64) }], /Give a name of at most 63/],
  ["the same name twice", [REPORT, REPORT], /Two schedules have the name "report"/],
  ["a wrong line", [{ ...REPORT, cron: "0 0 30 2 *" }], /does not exist, such as February 30/],
  ["a wrong zone", [{ ...REPORT, timezone: "Europe/Atlantis" }], /There is no time zone/],
  ["a relative path", [{ ...REPORT, path: "jobs" }], /Give a path such as/],
  ["a path with a line break", [{ ...REPORT, path: "/a\r\nX: y" }], /Give a path such as/],
  ["a path with a fragment", [{ ...REPORT, path: "/a#b" }], /Give a path such as/],
  ["a method that is none", [{ ...REPORT, method: "BREW" }], /method/],
  ["a short timeout", [{ ...REPORT, timeout: "10ms" }], /1s to 24h|1s/],
  ["too many retries", [{ ...REPORT, retries: 11 }], /retries/],
  ["a fraction of a retry", [{ ...REPORT, retries: 0.5 }], /retries/],
  ["another overlap", [{ ...REPORT, overlap: "kill" }], /overlap/],
  [
    "10,000 schedules",
    Array.from({ length: 10_000 }, (_, index) => ({ ...REPORT, name: `n${index}` })),
    /Give at most 100 schedules/,
  ],
];

for (const [what, given, message] of refused) {
  Deno.test(`schedules refuse ${what}`, () => assert.match(String(read(given)), message));
}
