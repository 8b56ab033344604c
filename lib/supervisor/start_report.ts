import type { FunctionPolicy } from "../function/policy.ts";
import type { InstanceReport } from "./open_instance.ts";
import type { StartReport } from "./prepare_start.ts";

/** Returns the report of a process with a policy: what is refused depends on that. */
export function startReport(report: InstanceReport, policy: FunctionPolicy): StartReport {
  return {
    onWarning: report.onWarning,
    onLine: (stream, line) => report.onLine(stream, line, policy),
    onRefused: (connection) => report.onRefused(connection, policy),
  };
}
