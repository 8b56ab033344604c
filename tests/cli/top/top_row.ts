import type { FunctionRates } from "../../../lib/control/rates.ts";
import { functionReport } from "../function_report.ts";

/** A row of a function that serves, and is asked nothing. */
export function topRow(name: string, change: Partial<FunctionRates> = {}): FunctionRates {
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
