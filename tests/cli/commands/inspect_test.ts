import { equal } from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { formatReport } from "../../../cli/commands/inspect.ts";
import type { FunctionReport, SettingReport } from "../../../lib/control/api.ts";
import { functionReport, NOTHING_RUNS } from "../function_report.ts";

const SERVING = `Name:             shop
Status:           ready
URL:              http://127.0.0.1:9999/shop
Revision:         0123456789ab
Kept revisions:   111111111111, 222222222222
Directory:        /opt/functions/shop
Isolation:        full
Egress:           public
Process:          4711
Namespace:        ddsrv-a1b2c3-1
Listens on:       10.0.0.2:8000
Uptime:           1m0s
Restarts:         0
Memory:           64.0MiB
Resident memory:  90.0MiB
CPU time:         0.60s
Data:             2.0MiB
Data limit:       1.0GiB
Requests:         12
Errors:           0
In flight:        0
Waiting:          0
`;

const UPDATE_FAILED = `Name:             shop
Status:           ready, update failed
Reason:           The check failed
URL:              http://127.0.0.1:9999/shop
Revision:         0123456789ab
Failed revision:  ba9876543210
Directory:        /opt/functions/shop
Isolation:        full
Egress:           public
Problems:         "api.test" has no address, another
Process:          4711
Namespace:        ddsrv-a1b2c3-1
Listens on:       10.0.0.2:8000
Uptime:           1m0s
Restarts:         0
Memory:           64.0MiB
Resident memory:  90.0MiB
CPU time:         0.60s
Data:             2.0MiB
Data limit:       1.0GiB
Requests:         12
Errors:           0
In flight:        0
Waiting:          0

TS2322 [ERROR]: \\x1b[31mbad\\x1b[0m
    at index.ts:1:7
`;

const FAILED = `Name:       函数
Status:     failed
Reason:     It said \\x1b]0;owned\\x07
URL:        http://127.0.0.1:9999/%E5%87%BD%E6%95%B0
Revision:   ba9876543210
Directory:  /opt/functions/函数
Isolation:  full
Restarts:   0
Requests:   12
Errors:     0
In flight:  0
Waiting:    0
`;

const IGNORED = `Name:       a\\x0ab
Status:     ignored
Reason:     the name contains a control character
Isolation:  full
Restarts:   0
Requests:   0
Errors:     0
In flight:  0
Waiting:    0
`;

const cases: readonly [what: string, report: FunctionReport, text: string][] = [
  ["one that serves", functionReport({ kept: ["111111111111", "222222222222"] }), SERVING],
  [
    "one whose update has failed",
    functionReport({
      status: "ready",
      reason: "The check failed",
      detail: "TS2322 [ERROR]: \x1b[31mbad\x1b[0m\n    at index.ts:1:7",
      failedRevision: "ba9876543210",
      problems: ['"api.test" has no address', "another"],
    }),
    UPDATE_FAILED,
  ],
  [
    "one that has failed",
    functionReport({
      ...NOTHING_RUNS,
      name: "函数",
      status: "failed",
      reason: "It said \x1b]0;owned\x07",
      revision: "ba9876543210",
    }),
    FAILED,
  ],
  [
    "a directory that is ignored",
    functionReport({
      ...NOTHING_RUNS,
      name: "a\nb",
      status: "ignored",
      reason: "the name contains a control character",
      url: null,
      revision: null,
      directory: null,
      requests: 0,
    }),
    IGNORED,
  ],
];

for (const [what, report, text] of cases) {
  Deno.test(`formatReport: ${what}`, () => {
    equal(stripVTControlCharacters(formatReport(report)), text);
  });
}

Deno.test("formatReport() shows where settings and variables come from, before the detail", () => {
  const report = functionReport({ detail: "at the end" });
  const from = (source: SettingReport["source"], name: string | null, value: unknown) => ({
    key: source,
    value,
    source,
    name,
  });
  const settings = [
    from("default", null, null),
    from("file", null, ["/tmp", "/x"]),
    from("variable", "DDSRV_IDLE", "15m"),
    from("flag", "--idle", "15m"),
    from("functions", "a\x1b*", true),
    from("manifest", null, []),
  ];
  const variables = [
    { name: "KEY", source: "set", setAt: "2026-01-01T00:00:00.000Z", overrides: ["dotEnv"] },
    { name: "MODE", source: "manifest", setAt: null, overrides: [] },
  ] as const;
  const text = formatReport(report, { settings, variables });
  equal(
    text.slice(text.indexOf("SETTING")),
    `SETTING    VALUE     FROM
default    -         default
file       /tmp, /x  ddsrv.json of the functions directory
variable   15m       DDSRV_IDLE
flag       15m       --idle
functions  true      "a\\u001b*" in "functions"
manifest   []        its ddsrv.json

VARIABLE  FROM       SET                       OVERRIDES
KEY       ddsrv env  2026-01-01T00:00:00.000Z  .env
MODE      manifest   -                         -

at the end
`,
  );
});
