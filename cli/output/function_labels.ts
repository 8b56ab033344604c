import type { FunctionReport } from "../../lib/control/api.ts";

/** Label of each field of a report for people; the keys are those of `list --format`. */
export const FUNCTION_LABELS: Readonly<Record<keyof FunctionReport, string>> = {
  name: "Name",
  status: "Status",
  pending: "Pending",
  stoppedAt: "Stopped at",
  expiresAt: "Expires at",
  reason: "Reason",
  detail: "Detail",
  url: "URL",
  revision: "Revision",
  failedRevision: "Failed revision",
  newerRevision: "Newer revision",
  kept: "Kept revisions",
  directory: "Directory",
  isolation: "Isolation",
  egress: "Egress",
  deno: "Deno",
  domains: "Domains",
  problems: "Problems",
  pid: "Process",
  namespace: "Namespace",
  upstream: "Listens on",
  uptimeMs: "Uptime",
  restarts: "Restarts",
  nextTryAt: "Next retry",
  nextStart: "Next start",
  awake: "Stays awake for",
  ownMemoryBytes: "Memory",
  memoryBytes: "Resident memory",
  cpuMs: "CPU time",
  dataBytes: "Data",
  dataLimitBytes: "Data limit",
  requests: "Requests",
  errors: "Errors",
  inFlight: "In flight",
  waiting: "Waiting",
};

/** Keys of a report, in the order of `ddsrv inspect`. */
export const FUNCTION_KEYS: readonly string[] = Object.keys(FUNCTION_LABELS);
