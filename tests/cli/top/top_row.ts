import type { TopRow } from "../../../cli/top/rates.ts";
import { functionReport } from "../function_report.ts";

/** A row of a function that serves, and is asked nothing. */
export function topRow(name: string, change: Partial<TopRow> = {}): TopRow {
  return {
    report: functionReport({ name }),
    requestsPerS: 0,
    errorsPerS: 0,
    p50Ms: undefined,
    p99Ms: undefined,
    cpuShare: 0,
    ...change,
  };
}
