import type { FunctionReport } from "../../lib/control/api.ts";
import { connectControl, type ControlClient } from "../../lib/control/control_client.ts";
import { ExitCode, usageError } from "../exit_code.ts";
import { noSuchFunction, requireFunctions } from "../function_names.ts";
import { printError, printJson } from "../output/print.ts";
import { makeVisibleLines } from "../output/visible.ts";
import { reportSettled } from "./report_settled.ts";
import { isWell } from "./wait_until_settled.ts";

/** Options of `ddsrv reload`. */
export interface ReloadOptions {
  readonly socket: string;
  /** Reload all functions. */
  readonly all?: true | undefined;
  readonly json?: true | undefined;
}

/** Timeout until a new instance is ready. */
const TIMEOUT_MS = 120_000;

/**
 * Reloads functions and waits until each is ready or has failed; returns the exit code. Starts
 * nothing if a name is unknown. A failed function does not keep the others from being reloaded.
 */
export async function reload(given: readonly string[], options: ReloadOptions): Promise<number> {
  if ((given.length === 0) !== (options.all === true)) {
    throw usageError("Name the functions to reload, or pass --all");
  }
  using control = connectControl(options.socket);
  const found = options.all ? await findAll(control) : await requireFunctions(control, given);
  const stopped = found.filter(({ stoppedAt }) => stoppedAt);
  for (const { name } of stopped) {
    printError(`ddsrv: "${name}" is stopped. To start it: ddsrv start ${name}\n`);
  }
  const names = found.map(({ name }) => name).filter((name) =>
    !stopped.some((one) => one.name === name)
  );
  for (const name of names) {
    if (!await control.reload(name)) throw noSuchFunction(name, []);
  }
  const { reports, exitCode } = await reportSettled(control, names, {
    timeoutMs: TIMEOUT_MS,
    isJson: options.json === true,
    describeDone: (report) => isWell(report) ? "reloaded" : undefined,
    problemOf,
  });
  if (options.json) printJson([...stopped, ...reports]);
  else if (found.length === 0) printError("There are no functions to reload\n");
  return stopped.length > 0 ? ExitCode.Failed : exitCode;
}

/** Returns all functions except those that are stopped by hand or being removed. */
async function findAll(control: ControlClient): Promise<FunctionReport[]> {
  return (await control.functions()).filter(({ status, pending, stoppedAt }) =>
    status !== "ignored" && pending !== "leaving" && !stoppedAt
  );
}

function problemOf(name: string, report: FunctionReport | undefined): string {
  if (report?.reason) {
    const detail = report.detail === null ? "" : `\n${makeVisibleLines(report.detail)}`;
    return `"${name}" was not reloaded: ${report.reason}${detail}`;
  }
  const state = report?.pending ?? report?.status ?? "gone";
  return `"${name}" is still ${state} after ${TIMEOUT_MS / 1000} s. See: ddsrv inspect ${name}`;
}
