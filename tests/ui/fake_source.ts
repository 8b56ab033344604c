import type {
  ChangeReport,
  DiffReport,
  FunctionReport,
  ScheduleReport,
  SettingReport,
  TrafficReport,
  VariableReport,
} from "../../lib/control/api.ts";
import type { PageSource } from "../../lib/ui/page_source.ts";
import { functionReport, NOTHING_RUNS, trafficReport } from "../cli/function_report.ts";

/** A source whose data a test changes, and that notes what is done with it. */
export interface FakeSource extends PageSource {
  reports: readonly FunctionReport[];
  planned: readonly ScheduleReport[];
  readonly counts: Map<string, TrafficReport>;
  /** Actions so far, such as `stop shop`. */
  readonly done: string[];
}

/** Text that would be code if the page did not escape it. */
export const HOSTILE = `<script>alert("1")</script>'&`;

/** One function in each state. */
export const ALL_STATES: readonly FunctionReport[] = [
  functionReport({ name: "archive", status: "idle", ...NOTHING_RUNS }),
  functionReport({
    name: "billing",
    status: "failed",
    ...NOTHING_RUNS,
    reason: "Type check failed",
    detail: "\x1b[0m\x1b[1mTS2322\x1b[0m [ERROR]: Type 'string' is not assignable to type " +
      "'number'.\nconst a: number = \"x\";\n      ^\n    at index.ts:1:7",
    revision: "8f3c1d2e4b5a",
  }),
  functionReport({
    name: HOSTILE.replaceAll("/", "∕"),
    reason: HOSTILE,
    detail: HOSTILE,
    problems: [HOSTILE],
  }),
  functionReport({
    name: "mail",
    status: "backoff",
    ...NOTHING_RUNS,
    reason: "Exited with code 1 three times",
    nextTryAt: "2026-01-31T09:15:20.000Z",
    restarts: 3,
  }),
  functionReport({ name: "photos", status: "checking", ...NOTHING_RUNS, pending: "checking" }),
  functionReport({ name: "queue", status: "starting", ...NOTHING_RUNS, pending: "starting" }),
  functionReport({ name: "reports", status: "hung", reason: "Its event loop is blocked" }),
  functionReport({
    name: "shop",
    kept: ["0123456789ab", "a9b8c7d6e5f4"],
    failedRevision: "8f3c1d2e4b5a",
    newerRevision: null,
    domains: ["shop.example"],
    inFlight: 2,
    deno: "2.9.6",
  }),
  functionReport({ name: "temp", status: "draining" }),
  functionReport({ name: "tools", status: "ignored", ...NOTHING_RUNS, revision: null, url: null }),
  functionReport({
    name: "wiki",
    status: "stopped",
    ...NOTHING_RUNS,
    stoppedAt: "2026-01-31T09:00:00.000Z",
    reason: "Stopped by hand",
    kept: ["0123456789ab"],
  }),
];

/** A schedule of each kind. */
export const SCHEDULES: readonly ScheduleReport[] = [
  schedule("clean", { last: null, lastOkAt: null }),
  schedule("mirror", { runningSince: "2026-01-31T09:10:00.000Z" }),
  schedule("report", {}),
  schedule("sync", {
    last: { ...schedule("sync", {}).last!, result: "failed", status: 502, reason: HOSTILE },
  }),
];

const SETTINGS: readonly SettingReport[] = [
  { key: "memory", value: "512MiB", source: "default", name: null },
  { key: "egress", value: ["internet"], source: "manifest", name: null },
  { key: "timeout", value: null, source: "variable", name: "DDSRV_TIMEOUT" },
];

const VARIABLES: readonly VariableReport[] = [
  { name: "API_KEY", source: "set", overrides: ["manifest"], setAt: "2026-01-30T09:00:00.000Z" },
  { name: "DATABASE_URL", source: "dotEnv", overrides: [], setAt: null },
];

const HUNKS = `@@ -1,3 +1,3 @@
 Deno.serve(() => {
-  return new Response("shop");
+  return new Response(${JSON.stringify(HOSTILE)});
 });
`;

const DIFF: DiffReport = {
  from: "a9b8c7d6e5f4",
  to: "0123456789ab",
  files: [
    { path: "index.ts", change: "changed", kind: "text", hunks: HUNKS },
    { path: `x${HOSTILE}\x1b[2J`, change: "added", kind: "binary", hunks: null },
    { path: ".env", change: "changed", kind: "secret", hunks: null },
  ],
  isTruncated: false,
};

function change(id: string, given: Partial<ChangeReport>): ChangeReport {
  return {
    id: id.repeat(12),
    at: "2026-01-30T09:15:00.000Z",
    by: "deploy",
    revision: null,
    commit: "3f786850e387550fdab836ed7e6dc881de23001b",
    user: { uid: 0, name: "root" },
    result: "ready",
    stage: null,
    reason: null,
    durationMs: 640,
    isServing: false,
    isKept: false,
    ...given,
  };
}

const CHANGES: readonly ChangeReport[] = [
  change("4", { by: "edit", user: null, commit: null, result: "pending", durationMs: 0 }),
  change("3", {
    revision: "8f3c1d2e4b5a",
    result: "failed",
    stage: "check",
    reason: HOSTILE,
    commit: "89e6c98d92887913cadf06b2adb97f26cde4849b",
  }),
  change("2", { revision: "0123456789ab", isServing: true, isKept: true }),
  change("1", {
    by: "add",
    revision: "a9b8c7d6e5f4",
    isKept: true,
    commit: null,
    user: { uid: 1000, name: HOSTILE },
  }),
];

/** Creates a source with one function in each state, or with other reports. */
export function fakeSource(
  reports: readonly FunctionReport[] = ALL_STATES,
  logsDirectory: string | null = null,
): FakeSource {
  const done: string[] = [];
  const isThere = (name: string): boolean => source.reports.some((one) => one.name === name);
  const note = (action: string, name: string): Promise<boolean> => {
    if (isThere(name)) done.push(`${action} ${name}`);
    return Promise.resolve(isThere(name));
  };
  const source: FakeSource = {
    reports,
    planned: SCHEDULES,
    counts: new Map(reports.map(({ name }) => [name, trafficReport(name, [])])),
    done,
    functions: () => Promise.resolve([...source.reports]),
    find: (name) => Promise.resolve(source.reports.find((one) => one.name === name)),
    traffic: () => Promise.resolve([...source.counts.values()]),
    schedules: () => Promise.resolve([...source.planned]),
    history: (name) => Promise.resolve(name === "shop" ? [...CHANGES] : []),
    diff: () => Promise.resolve(DIFF),
    settings: () => Promise.resolve([...SETTINGS]),
    variables: () => Promise.resolve([...VARIABLES]),
    supervisor: () =>
      Promise.resolve({
        version: "1.2.3",
        pid: 1,
        startedAt: "2026-01-31T08:00:00.000Z",
        url: "http://127.0.0.1:9999",
        functionsDirectory: "/opt/functions",
        logsDirectory,
        dataDirectory: "/var/lib/ddsrv/data/a1b2c3",
        isolation: "full",
        owner: "a1b2c3",
      }),
    reload: (name) => note("reload", name),
    stop: (name) => note("stop", name),
    start: (name) => note("start", name),
    async rollBack(name, to) {
      if (to === "ffffffffffff") throw new Error(`"${name}" has no snapshot ${to}`);
      const revision = to ?? "0".repeat(64);
      return await note("rollback", name) ? { revision } : undefined;
    },
    async runSchedule(name, wanted) {
      const found = SCHEDULES.some((one) => one.function === name && one.name === wanted);
      if (!found) return undefined;
      await note(`run ${wanted} of`, name);
      return schedule(wanted, {}).last!;
    },
  };
  return source;
}

function schedule(name: string, change: Partial<ScheduleReport>): ScheduleReport {
  return {
    function: "shop",
    name,
    cron: "0 6 * * 1-5",
    timezone: "Europe/Berlin",
    method: "POST",
    path: `/jobs/${name}`,
    nextAt: "2026-02-02T05:00:00.000Z",
    runningSince: null,
    last: {
      tick: "2026-01-30T05:00:00.000Z",
      startedAt: "2026-01-30T05:00:00.000Z",
      durationMs: 1_840,
      isManual: false,
      result: "ok",
      attempts: 1,
      status: 200,
      reason: null,
    },
    lastOkAt: "2026-01-30T05:00:01.840Z",
    runs: { ok: 41, failed: 1, interrupted: 0, skipped: 0, missed: 0 },
    ...change,
  };
}
