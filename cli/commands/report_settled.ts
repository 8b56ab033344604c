import type { FunctionReport } from "../../lib/control/api.ts";
import type { ControlClient } from "../../lib/control/control_client.ts";
import { ExitCode } from "../exit_code.ts";
import { printError } from "../output/print.ts";

/** Options of {@linkcode reportSettled}. */
export interface SettledOptions {
  readonly timeoutMs: number;
  /** Print only problems: the caller prints the reports. */
  readonly isJson: boolean;
  /** Returns a text after the name of a function that is as it shall be; `undefined` for others. */
  readonly describeDone: (report: FunctionReport) => string | undefined;
  /** Returns the sentence about another function; without a report, it does not exist. */
  readonly problemOf: (name: string, report: FunctionReport | undefined) => string;
}

/**
 * Waits until each function has no pending work, and prints a line for each. Returns the reports of
 * those that exist, and the exit code.
 */
export async function reportSettled(
  control: ControlClient,
  names: readonly string[],
  { timeoutMs, isJson, describeDone, problemOf }: SettledOptions,
): Promise<{ readonly reports: readonly FunctionReport[]; readonly exitCode: ExitCode }> {
  const reports: FunctionReport[] = [];
  let exitCode = ExitCode.Done;
  for (const name of names) {
    const report = await control.find(name, { until: "settled", timeoutMs });
    if (report !== undefined) reports.push(report);
    const done = report && describeDone(report);
    if (done === undefined) {
      exitCode = ExitCode.Failed;
      printError(`ddsrv: ${problemOf(name, report)}\n`);
    } else if (!isJson) printError(`${name} ${done}\n`);
  }
  return { reports, exitCode };
}
