import type { FunctionReport } from "../lib/control/api.ts";
import type { ControlClient } from "../lib/control/control_client.ts";
import { nearest } from "../lib/config/suggestion.ts";
import { judgeName } from "../lib/config/function_name.ts";
import { CliError, ExitCode } from "./exit_code.ts";

/**
 * Returns the reports of the named functions, without duplicates, in the order of `names`.
 *
 * @throws {CliError} for the first unknown name, with the closest known name
 */
export async function requireFunctions(
  control: ControlClient,
  names: readonly string[],
): Promise<FunctionReport[]> {
  const reports = new Map((await control.functions()).map((report) => [report.name, report]));
  return [...new Set(names)].map((name) => {
    const report = reports.get(name);
    if (report === undefined || judgeName(name).type !== "function") {
      throw noSuchFunction(name, reports.keys());
    }
    return report;
  });
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
