import assert from "node:assert/strict";
import { countStatuses, formatStatus, type StatusReport } from "../../../cli/output/status_text.ts";
import { outputSchemas } from "../../../cli/output/output_schemas.ts";

const old: StatusReport = {
  version: "0.1.0",
  cliVersion: "0.1.0",
  pid: 812,
  startedAt: "2026-11-27T04:00:00Z",
  url: "http://localhost:9999",
  functionsDirectory: "/srv/functions",
  logsDirectory: null,
  dataDirectory: "/var/lib/ddsrv/data/a1",
  isolation: "full",
  owner: "a1b2c3",
  functions: {},
};

const nowMs = Date.parse("2026-11-28T05:00:00Z");

Deno.test("formatStatus() shows everything but what an older server lacks", () => {
  assert.equal(
    formatStatus(old, nowMs),
    `Directory:       /srv/functions
URL:             http://localhost:9999
Functions:       none
Version:         0.1.0
Process:         812
Uptime:          1d1h
Isolation:       full
Data directory:  /var/lib/ddsrv/data/a1
Log directory:   none: ddsrv writes no log files
`,
  );
  const full: StatusReport = {
    ...old,
    cliVersion: "0.2.0",
    functions: { ready: 3, failed: 1 },
    logsDirectory: "/var/log/\x1b[2J",
    adminUrl: "http://127.0.0.1:9900",
    stateDirectory: "/var/lib/ddsrv",
    socket: "/run/ddsrv/ddsrv.sock",
    config: { file: null, variables: ["PORT"], flags: ["--port", "--no-watch"] },
  };
  const text = formatStatus(full, nowMs);
  for (
    const line of [
      "Probes and metrics:  http://127.0.0.1:9900",
      "Functions:           3 ready, 1 failed",
      "Version:             0.1.0 (this command: 0.2.0)",
      "Configuration:       no ddsrv.json",
      "Variables:           PORT",
      "Flags:               --port --no-watch",
      "Log directory:       /var/log/\\x1b[2J",
      "Control socket:      /run/ddsrv/ddsrv.sock",
    ]
  ) assert.ok(text.split("\n").includes(line), `${line}\n${text}`);
  for (const report of [old, full]) outputSchemas.status.parse(report);
});

Deno.test("countStatuses() counts", () => {
  const functions = ["ready", "failed", "ready"].map((status) =>
    ({ status }) as { status: "ready" }
  );
  assert.deepEqual(countStatuses(functions), { ready: 2, failed: 1 });
});
