import type { FunctionReport } from "../../lib/control/api.ts";
import { connectControl } from "../../lib/control/control_client.ts";
import { ExitCode } from "../exit_code.ts";
import { noSuchFunction, requireFunctions } from "../function_names.ts";
import { printError, printJson } from "../output/print.ts";
import { readPage } from "./read_page.ts";

/** Options of `ddsrv stop`. */
export interface StopOptions {
  readonly socket: string;
  /** Path of an HTML file. */
  readonly page?: string | undefined;
  /** Milliseconds. */
  readonly timeout: number;
  readonly json?: true | undefined;
}

/**
 * Stops functions by hand and waits until their instances have ended; returns the exit code. Stops
 * nothing if a name is unknown or the page can't be used.
 */
export async function stop(given: readonly string[], options: StopOptions): Promise<number> {
  const page = options.page === undefined ? undefined : await readPage(options.page);
  using control = connectControl(options.socket);
  const names = (await requireFunctions(control, given)).map(({ name }) => name);
  for (const name of names) {
    if (!await control.stop(name, { page })) throw noSuchFunction(name, []);
  }
  const reports: FunctionReport[] = [];
  let exitCode = ExitCode.Done;
  for (const name of names) {
    const wait = { until: "settled" as const, timeoutMs: options.timeout };
    const report = await control.find(name, wait);
    if (report !== undefined) reports.push(report);
    if (report?.status === "stopped") {
      if (!options.json) printError(`${name} stopped\n`);
      continue;
    }
    exitCode = ExitCode.Failed;
    printError(`ddsrv: ${problemOf(name, report, options.timeout)}\n`);
  }
  if (options.json) printJson(reports);
  return exitCode;
}

function problemOf(name: string, report: FunctionReport | undefined, timeoutMs: number): string {
  if (report === undefined) return `"${name}" was removed meanwhile`;
  if (!report.stoppedAt) return `"${name}" was started again meanwhile`;
  return `"${name}" is still ${report.status} after ${timeoutMs / 1000} s. It ends when its ` +
    `in-flight requests have ended, or its drain is over. See: ddsrv inspect ${name}`;
}
