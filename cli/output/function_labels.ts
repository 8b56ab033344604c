import type { FunctionReport } from "../../lib/control/api.ts";

/** What each part of a report is called for people; its keys are those of `list --format`. */
export const FUNCTION_LABELS: Readonly<Record<keyof FunctionReport, string>> = {
  name: "Name",
  status: "Status",
  pending: "Under way",
  reason: "Because",
  detail: "Detail",
  url: "URL",
  revision: "Revision",
  failedRevision: "Failed revision",
  newerRevision: "Newer revision",
  kept: "Kept revisions",
  directory: "Directory",
  isolation: "Isolation",
  egress: "Egress",
  problems: "Problems",
  pid: "Process",
  namespace: "Namespace",
  upstream: "Listens on",
  uptimeMs: "Uptime",
  restarts: "Restarts",
  nextTryAt: "Next try",
  memoryBytes: "Memory",
  cpuMs: "CPU time",
  dataBytes: "Data",
  dataLimitBytes: "Data limit",
  requests: "Requests",
  errors: "Errors",
  inFlight: "In flight",
  waiting: "Waiting",
};

/** The keys of a report, in the order that people read them. */
export const FUNCTION_KEYS: readonly string[] = Object.keys(FUNCTION_LABELS);
