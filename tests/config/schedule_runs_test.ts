import assert from "node:assert/strict";
import { describeIdleSchedules, scheduleRunsOf } from "../../lib/config/schedule_runs.ts";
import { parseSourceReference } from "../../lib/config/source_reference.ts";

const kvUrl = "http://kv.test";

Deno.test("scheduleRunsOf() makes runs by claims if there is a store for them", () => {
  const source = undefined;
  assert.equal(scheduleRunsOf({ scheduleRuns: "auto", kvUrl, source }), "claimed");
  assert.equal(scheduleRunsOf({ scheduleRuns: "auto", kvUrl: undefined, source }), "all");
  assert.equal(scheduleRunsOf({ scheduleRuns: "all", kvUrl, source }), "all");
  assert.equal(scheduleRunsOf({ scheduleRuns: "none", kvUrl, source }), "none");
});

Deno.test("with a source, no runs are made until a store or the operator chooses a host", () => {
  const source = parseSourceReference("https://files.test/functions.tar.gz");
  const without = { scheduleRuns: "auto", kvUrl: undefined, source } as const;
  assert.equal(scheduleRunsOf(without), "none");
  assert.match(describeIdleSchedules(without) ?? "", /Schedules do not run here.*Set --kv-url/);
  const decided = [
    { ...without, kvUrl },
    { ...without, scheduleRuns: "all" },
    { ...without, scheduleRuns: "none" },
    { ...without, source: undefined },
  ] as const;
  assert.deepEqual(decided.map(scheduleRunsOf), ["claimed", "all", "none", "all"]);
  assert.deepEqual(decided.map(describeIdleSchedules), Array(4).fill(undefined));
});
