import type { FunctionReport } from "../lib/control/api.ts";
import type { ControlClient } from "../lib/control/control_client.ts";
import { nearest } from "../lib/config/suggestion.ts";
import { judgeName } from "../lib/function/name.ts";
import { CliError, ExitCode } from "./exit_code.ts";

/**
 * The reports of functions, each once, in the order of their names here.
 *
 * @throws {CliError} for the first name that no function has, with the one that was likely meant
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

/** The error for a name that no function has, with the one that was likely meant. */
export function noSuchFunction(name: string, known: Iterable<string>): CliError {
  const meant = nearest(name, known);
  const hint = meant === undefined ? "" : ` Did you mean ${JSON.stringify(meant)}?`;
  return new CliError(
    `There is no function "${name}".${hint} See: ddsrv list`,
    ExitCode.NoFunction,
  );
}
