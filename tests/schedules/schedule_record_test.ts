import assert from "node:assert/strict";
import {
  formatRecords,
  NO_RUNS,
  parseRecords,
  type ScheduleRecord,
} from "../../lib/schedules/schedule_record.ts";

const begun = { tickMs: 1, startedAtMs: 2, isManual: false };

const record: ScheduleRecord = {
  line: "0 6 * * * UTC",
  seenMs: 5,
  queuedMs: 6,
  running: begun,
  last: { ...begun, result: "failed", durationMs: 3, attempts: 1, reason: "No answer" },
  okAtMs: 4,
  counts: { ...NO_RUNS, ok: 7 },
};

Deno.test("parseRecords() reads what formatRecords() writes", () => {
  const records = new Map([["report", record], ["other", { ...record, running: begun }]]);
  assert.deepEqual(parseRecords(formatRecords(records)), records);
});

const damaged: readonly [what: string, text: string][] = [
  ["nothing", ""],
  ["half a file", formatRecords(new Map([["report", record]])).slice(0, 40)],
  ["a list", "[1]"],
  ["null", "null"],
  ["a record without counts", JSON.stringify({ report: { ...record, counts: undefined } })],
  ["a time that is no number", JSON.stringify({ report: { ...record, seenMs: "5" } })],
  ["a time that is null", JSON.stringify({ report: { ...record, queuedMs: null } })],
  ["an unknown result", JSON.stringify({ report: { ...record, last: { ...begun, result: "?" } } })],
];

for (const [what, text] of damaged) {
  Deno.test(`parseRecords() ignores ${what}`, () => assert.equal(parseRecords(text).size, 0));
}
