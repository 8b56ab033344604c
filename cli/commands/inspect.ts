import type { FunctionReport, SettingReport, VariableReport } from "../../lib/control/api.ts";
import { connectControl } from "../../lib/control/control_client.ts";
import { noSuchFunction } from "../function_names.ts";
import { FUNCTION_LABELS } from "../output/function_labels.ts";
import { describeNewer, describeNextTry, describeStatus } from "../output/function_table.ts";
import { printJson, printOut } from "../output/print.ts";
import { formatSettings } from "../output/setting_table.ts";
import { formatTable } from "../output/table.ts";
import { formatBytes, formatDuration } from "../output/units.ts";
import { formatVariables } from "../output/variable_table.ts";
import { makeVisible, makeVisibleLines } from "../output/visible.ts";

/** Options of `ddsrv inspect`. */
export interface InspectOptions {
  readonly socket: string;
  readonly json?: true | undefined;
}

/** Settings and variables of a function; none if left out. */
export interface FunctionTables {
  readonly settings?: readonly SettingReport[] | undefined;
  readonly variables?: readonly VariableReport[] | undefined;
}

/** Prints the details of one function; returns the exit code. */
export async function inspect(name: string, options: InspectOptions): Promise<number> {
  using control = connectControl(options.socket);
  const report = await control.find(name);
  if (report === undefined) {
    const known = await control.functions();
    throw noSuchFunction(name, known.map((one) => one.name));
  }
  const settings = await control.settings(name);
  // With a manifest that is not valid, it has neither.
  const variables = settings === undefined ? undefined : await control.variables(name);
  if (options.json) {
    printJson({ ...report, settings: settings ?? null, variables: variables ?? null });
  } else printOut(formatReport(report, { settings, variables }));
  return 0;
}

/**
 * Formats a report as lines of a label and a value, and settings and the names of variables as
 * tables; empty values are left out.
 */
export function formatReport(
  report: FunctionReport,
  { settings = [], variables = [] }: FunctionTables = {},
): string {
  const keys = Object.keys(FUNCTION_LABELS) as (keyof FunctionReport)[];
  const rows = keys.filter((key) => key !== "detail" && hasValue(report[key]))
    .map((key) => ({ label: `${FUNCTION_LABELS[key]}:`, value: formatValue(report, key) }));
  const table = formatTable([
    { title: "", cell: (row: typeof rows[number]) => row.label },
    { title: "", cell: (row) => row.value },
  ], rows).replace(/^\n/, "");
  const detail = report.detail === null ? "" : `\n${makeVisibleLines(report.detail)}\n`;
  return [
    table,
    ...settings.length === 0 ? [] : [`\n${formatSettings(settings)}`],
    ...variables.length === 0 ? [] : [`\n${formatVariables(variables)}`],
    detail,
  ].join("");
}

function hasValue(value: FunctionReport[keyof FunctionReport]): boolean {
  return value !== null && !(Array.isArray(value) && value.length === 0);
}

function formatValue(report: FunctionReport, key: keyof FunctionReport): string {
  switch (key) {
    case "status":
      return describeStatus(report);
    case "newerRevision":
      return describeNewer(report).replace(/^revision /, "");
    case "uptimeMs":
      return formatDuration(report.uptimeMs!);
    case "nextTryAt":
      return `${describeNextTry(report.nextTryAt!)} (${report.nextTryAt})`;
    case "cpuMs":
      return `${(report.cpuMs! / 1000).toFixed(2)}s`;
    case "ownMemoryBytes":
    case "memoryBytes":
    case "dataBytes":
    case "dataLimitBytes":
      return formatBytes(report[key]!);
    default: {
      const value = report[key];
      return makeVisible(Array.isArray(value) ? value.join(", ") : String(value));
    }
  }
}
