import assert from "node:assert/strict";
import { scheduleRunsOf } from "../../lib/config/schedule_runs.ts";

const kvUrl = "http://kv.test";

Deno.test("scheduleRunsOf() makes runs by claims if there is a store for them", () => {
  assert.equal(scheduleRunsOf({ scheduleRuns: "auto", kvUrl }), "claimed");
  assert.equal(scheduleRunsOf({ scheduleRuns: "auto", kvUrl: undefined }), "all");
  assert.equal(scheduleRunsOf({ scheduleRuns: "all", kvUrl }), "all");
  assert.equal(scheduleRunsOf({ scheduleRuns: "none", kvUrl }), "none");
});
