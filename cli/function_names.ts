import type { FunctionReport } from "../lib/control/api.ts";
import type { ControlClient } from "../lib/control/control_client.ts";
import { nearest } from "../lib/config/suggestion.ts";
import { judgeName } from "../lib/config/function_name.ts";
import { CliError, ExitCode } from "./exit_code.ts";

/**
 * Returns the reports of the named functions, without duplicates, in the order of `names`.
 *
 * @throws {CliError} for the first unknown name, with the closest known name
 * @throws {Error} if the supervisor has not read the functions yet
 */
export async function requireFunctions(
  control: ControlClient,
  names: readonly string[],
): Promise<FunctionReport[]> {
  const reports = new Map((await control.functions()).map((report) => [report.name, report]));
  const found: FunctionReport[] = [];
  for (const name of new Set(names)) {
    if (judgeName(name).type !== "function") throw noSuchFunction(name, reports.keys());
    // The list lacks a new function whose files are still changing.
    const report = reports.get(name) ?? await control.find(name);
    if (report === undefined) throw noSuchFunction(name, reports.keys());
    found.push(report);
  }
  return found;
}

/** Returns the error for an unknown function name, with the closest known name. */
export function noSuchFunction(name: string, known: Iterable<string>): CliError {
  const meant = nearest(name, known);
  const hint = meant === undefined ? "" : ` Did you mean ${JSON.stringify(meant)}?`;
  return new CliError(
    `There is no function "${name}".${hint} See: ddsrv list`,
    ExitCode.NoFunction,
  );
}
