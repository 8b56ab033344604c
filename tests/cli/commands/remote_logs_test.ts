import assert from "node:assert/strict";
import { remoteLogsArguments } from "../../../cli/commands/logs/remote_logs.ts";

Deno.test("remoteLogsArguments() passes every option that has a meaning on a server", () => {
  assert.deepEqual(remoteLogsArguments([], { prefix: true }), ["logs", "--"]);
  const sinceMs = Date.parse("2026-03-01T12:00:00Z");
  const args = remoteLogsArguments(["shop", "-x"], {
    follow: true,
    lines: Infinity,
    since: sinceMs,
    until: sinceMs + 1,
    stderr: true,
    grep: /-a|b/,
    prefix: false,
    json: true,
  });
  assert.equal(
    args.join(" "),
    "logs --follow --lines all --since 2026-03-01T12:00:00.000Z --until 2026-03-01T12:00:00.001Z " +
      "--grep=-a|b --stderr --no-prefix --json -- shop -x",
  );
});
