import type { FunctionReport, ReportedStatus, SupervisorReport } from "../../lib/control/api.ts";
import { describeSource } from "../../lib/control/describe_source.ts";
import { formatTable } from "./table.ts";
import { formatDuration } from "./units.ts";
import { makeVisible } from "./visible.ts";

/** Output of `ddsrv status --json`. */
export interface StatusReport extends SupervisorReport {
  /** Version of the command that prints it. */
  readonly cliVersion: string;
  /** Number of functions by status; a status without functions is left out. */
  readonly functions: Partial<Readonly<Record<ReportedStatus, number>>>;
}

/** Counts functions by status. */
export function countStatuses(
  functions: readonly Pick<FunctionReport, "status">[],
): StatusReport["functions"] {
  const counts: Partial<Record<ReportedStatus, number>> = {};
  for (const { status } of functions) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** Formats the status as lines of a label and a value; leaves out what an older server lacks. */
export function formatStatus(report: StatusReport, nowMs: number = Date.now()): string {
  const { version, cliVersion, url, adminUrl, startedAt, config, logsDirectory } = report;
  const rows: readonly (readonly [label: string, value: string | undefined])[] = [
    ["Directory", report.functionsDirectory],
    ["Source", report.source?.reference],
    ["Served version", report.source ? describeSource(report.source) : undefined],
    ["URL", url],
    ["Probes and metrics", adminUrl ?? undefined],
    ["Functions", describeCounts(report.functions)],
    ["Version", version === cliVersion ? version : `${version} (this command: ${cliVersion})`],
    ["Process", String(report.pid)],
    ["Uptime", formatDuration(Math.max(0, nowMs - Date.parse(startedAt)))],
    ["Isolation", report.isolation],
    ["Configuration", config && (config.file ?? "no ddsrv.json")],
    ["Variables", config && (config.variables.join(", ") || "none")],
    ["Flags", config && (config.flags.join(" ") || "none")],
    ["State directory", report.stateDirectory],
    ["Data directory", report.dataDirectory],
    ["Log directory", logsDirectory ?? "none: ddsrv writes no log files"],
    ["Control socket", report.socket],
  ];
  return formatTable(
    [
      { title: "", cell: ([label]) => `${label}:` },
      { title: "", cell: ([, value]) => makeVisible(value ?? "") },
    ],
    rows.filter(([, value]) => value !== undefined),
  ).replace(/^\n/, "");
}

/** Formats counts, such as `3 ready, 1 failed`. */
function describeCounts(counts: StatusReport["functions"]): string {
  const parts = Object.entries(counts).map(([status, count]) => `${count} ${status}`);
  return parts.length === 0 ? "none" : parts.join(", ");
}
