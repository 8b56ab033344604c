import assert from "node:assert/strict";
import { describeService } from "../../../cli/output/service_status.ts";
import type { Status } from "../../../lib/supervisor/state.ts";

Deno.test("describeService() counts functions and those that need attention", () => {
  const cases: readonly (readonly [Record<string, Status>, string])[] = [
    [{}, "0 functions, 0 up"],
    [{ a: "ready" }, "1 function, 1 up"],
    [{ a: "ready", b: "idle", c: "failed" }, "3 functions, 2 up, 1 failed"],
    [{ a: "hung", b: "ready" }, "2 functions, 1 up, 1 hung"],
    [{ a: "backoff", b: "failed" }, "2 functions, 0 up, 1 failed, 1 backoff"],
    [{ a: "stopped", b: "ready" }, "2 functions, 1 up, 1 stopped"],
    [{ a: "checking", b: "ready" }, "2 functions, 1 up; checking a"],
  ];
  for (const [statuses, line] of cases) {
    assert.equal(describeService(new Map(Object.entries(statuses))), line);
  }
});
