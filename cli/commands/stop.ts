import type { FunctionReport } from "../../lib/control/api.ts";
import { connectControl } from "../../lib/control/control_client.ts";
import { noSuchFunction, requireFunctions } from "../function_names.ts";
import { printJson } from "../output/print.ts";
import { reportSettled } from "./report_settled.ts";
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
  const { timeout: timeoutMs } = options;
  const { reports, exitCode } = await reportSettled(control, names, {
    timeoutMs,
    isJson: options.json === true,
    describeDone: ({ status }) => status === "stopped" ? "stopped" : undefined,
    problemOf: (name, report) => problemOf(name, report, timeoutMs),
  });
  if (options.json) printJson(reports);
  return exitCode;
}

function problemOf(name: string, report: FunctionReport | undefined, timeoutMs: number): string {
  if (report === undefined) return `"${name}" was removed meanwhile`;
  if (!report.stoppedAt) return `"${name}" was started again meanwhile`;
  return `"${name}" is still ${report.status} after ${timeoutMs / 1000} s. It ends when its ` +
    `in-flight requests have ended, or its drain is over. See: ddsrv inspect ${name}`;
}
