import assert from "node:assert/strict";
import { describeCause, formatChanges, formatTime } from "../../../cli/output/change_table.ts";
import type { ChangeReport } from "../../../lib/control/api.ts";

const change: ChangeReport = {
  id: "0123456789ab",
  at: "2026-11-27T04:00:00.123Z",
  by: "deploy",
  revision: "76d6287a1bc2",
  commit: "1f2e3d4c5b6a79880123456789abcdef01234567",
  user: { uid: 0, name: "root" },
  result: "ready",
  stage: null,
  reason: null,
  durationMs: 12,
  isServing: true,
  isKept: true,
};

Deno.test("formatChanges() prints a line for each change", () => {
  const failed: ChangeReport = {
    ...change,
    by: "edit",
    commit: null,
    user: null,
    result: "failed",
    stage: "check",
    reason: "The check failed: \x1b[2J",
    isServing: false,
    isKept: false,
  };
  const stop: ChangeReport = {
    ...failed,
    by: "stop",
    user: { uid: 7, name: null },
    revision: null,
    result: "stopped",
    stage: null,
    reason: null,
    isKept: true,
  };
  assert.equal(
    formatChanges([failed, change, stop]),
    [
      "WHEN                  BY      REVISION      COMMIT        USER  STATE    RESULT",
      "2026-11-27T04:00:00Z  edit    76d6287a1bc2  -             -     -        check failed: The check failed: \\x1b[2J",
      "2026-11-27T04:00:00Z  deploy  76d6287a1bc2  1f2e3d4c5b6a  root  serving  ready",
      "2026-11-27T04:00:00Z  stop    -             -             7     kept     stopped",
      "",
    ].join("\n"),
  );
});

Deno.test("describeCause() names the commit", () => {
  assert.equal(describeCause(change), "deploy of commit 1f2e3d4c5b6a");
  assert.equal(describeCause({ ...change, commit: null }), "deploy");
});

Deno.test("formatTime() leaves out parts of a second", () => {
  assert.equal(formatTime("2026-11-27T04:00:00Z"), "2026-11-27T04:00:00Z");
  assert.equal(formatTime("2026-11-27T04:00:00.999Z"), "2026-11-27T04:00:00Z");
});
