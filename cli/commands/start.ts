import type { FunctionReport } from "../../lib/control/api.ts";
import { connectControl } from "../../lib/control/control_client.ts";
import { noSuchFunction, requireFunctions } from "../function_names.ts";
import { printJson } from "../output/print.ts";
import { makeVisibleLines } from "../output/visible.ts";
import { reportSettled } from "./report_settled.ts";
import { isWell } from "./wait_until_settled.ts";

/** Options of `ddsrv start`. */
export interface StartOptions {
  readonly socket: string;
  /** Milliseconds. */
  readonly timeout: number;
  readonly json?: true | undefined;
}

/**
 * Starts functions that were stopped by hand, and waits until each is ready or has failed; returns
 * the exit code. Starts nothing if a name is unknown. One that fails does not keep the others from
 * being started.
 */
export async function start(given: readonly string[], options: StartOptions): Promise<number> {
  using control = connectControl(options.socket);
  const before = await requireFunctions(control, given);
  for (const { name } of before) {
    if (!await control.start(name)) throw noSuchFunction(name, []);
  }
  const stopped = new Set(before.filter(({ stoppedAt }) => stoppedAt).map(({ name }) => name));
  const { timeout: timeoutMs } = options;
  const { reports, exitCode } = await reportSettled(control, before.map(({ name }) => name), {
    timeoutMs,
    isJson: options.json === true,
    describeDone(report) {
      if (!isWell(report)) return undefined;
      return stopped.has(report.name) ? "started" : "was not stopped";
    },
    problemOf: (name, report) => problemOf(name, report, timeoutMs),
  });
  if (options.json) printJson(reports);
  return exitCode;
}

function problemOf(name: string, report: FunctionReport | undefined, timeoutMs: number): string {
  if (report?.reason) {
    const detail = report.detail === null ? "" : `\n${makeVisibleLines(report.detail)}`;
    const what = report.failedRevision === null
      ? "does not serve"
      : "serves its last good revision, because its present one failed";
    return `"${name}" ${what}: ${report.reason}${detail}`;
  }
  const state = report?.pending ?? report?.status ?? "gone";
  return `"${name}" is still ${state} after ${timeoutMs / 1000} s. See: ddsrv inspect ${name}`;
}
