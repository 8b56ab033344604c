import type { FunctionReport } from "../../../lib/control/api.ts";
import { functionReport, NOTHING_RUNS } from "../function_report.ts";

/** One of every status, and of everything that is said below the table. */
export const FUNCTION_REPORTS: readonly FunctionReport[] = [
  functionReport({ name: "checking", status: "checking", ...NOTHING_RUNS, requests: 0 }),
  functionReport({ name: "starting", status: "starting", ...NOTHING_RUNS, pid: 7, requests: 0 }),
  functionReport({ name: "ready", errors: 3, uptimeMs: 3_725_000, cpuMs: 1_000_000 }),
  functionReport({ name: "just-ready", uptimeMs: 5, cpuMs: 150 }),
  functionReport({ name: "函数", problems: ['"api.test" has no address'] }),
  functionReport({
    name: "update",
    failedRevision: "ba9876543210",
    reason: "The check failed",
    detail: "TS1",
  }),
  functionReport({ name: "idle", status: "idle", ...NOTHING_RUNS }),
  functionReport({ name: "draining", status: "draining" }),
  functionReport({
    name: "hung",
    status: "hung",
    restarts: 1,
    reason: "Did not answer GET /healthz within 5 s three times in a row",
  }),
  functionReport({
    name: "backoff",
    status: "backoff",
    ...NOTHING_RUNS,
    restarts: 12,
    reason: "It exited with code 7\x1b[2J",
  }),
  functionReport({ name: "failed", status: "failed", ...NOTHING_RUNS, reason: "The check failed" }),
  functionReport({ name: "stopped", status: "stopped", ...NOTHING_RUNS }),
  functionReport({
    name: "a\nb",
    status: "ignored",
    ...NOTHING_RUNS,
    url: null,
    revision: null,
    requests: 0,
    reason: "it has no index.ts",
  }),
];
