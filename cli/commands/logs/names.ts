import { resolve } from "node:path";
import { defaultPaths } from "../../../lib/config/default_paths.ts";
import { nearest } from "../../../lib/config/suggestion.ts";
import type { ControlClient } from "../../../lib/control/control_client.ts";
import { connectControl } from "../../../lib/control/control_client.ts";
import { NoSupervisorError } from "../../../lib/control/unreachable.ts";
import { judgeName } from "../../../lib/config/function_name.ts";
import { CliError, ExitCode } from "../../exit_code.ts";
import { printError } from "../../output/print.ts";

const SUFFIX = ".log";

/** Returns the logs directory: the named one, else the supervisor's, else the default. */
export async function findLogsDirectory(
  socket: string,
  given: string | undefined,
): Promise<string> {
  const named = given ?? (Deno.env.get("LOGS_DIRECTORY") || undefined);
  if (named !== undefined) return resolve(named);
  const report = await askSupervisor(socket, (control) => control.supervisor());
  if (report?.logsDirectory === null) {
    printError("ddsrv: The supervisor writes no log files; these lines are from earlier runs\n");
  }
  return report?.logsDirectory ?? defaultPaths(Deno.uid(), Deno.env.toObject()).logsDirectory;
}

/** Returns the sorted names of functions that have a log in a directory. */
export async function listLogs(directory: string): Promise<string[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(directory));
    return entries
      .filter((entry) => entry.name.endsWith(SUFFIX) && (entry.isFile || entry.isSymlink))
      .map((entry) => entry.name.slice(0, -SUFFIX.length))
      .filter((name) => judgeName(name).type === "function")
      .sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    if (error instanceof Deno.errors.PermissionDenied) {
      throw new CliError(
        `Cannot read the directory "${directory}": permission denied. Run it with sudo`,
      );
    }
    throw error;
  }
}

/**
 * Checks that each name has a log, or is a function of the supervisor that has written nothing yet.
 *
 * @throws {CliError} for the first other name
 */
export async function requireNames(
  names: readonly string[],
  { logged, directory, socket }: { logged: readonly string[]; directory: string; socket: string },
): Promise<void> {
  const silent = names.filter((name) => !logged.includes(name));
  if (silent.length === 0) return;
  const reports = await askSupervisor(socket, (control) => control.functions()) ?? [];
  const functions = reports.map((report) => report.name);
  const unknown = silent.find((name) => !functions.includes(name));
  if (unknown === undefined) return;
  const meant = nearest(unknown, [...functions, ...logged]);
  const hint = meant === undefined ? "See: ddsrv list" : `Did you mean "${meant}"?`;
  throw new CliError(
    `There is no function "${unknown}" and no log of it in "${directory}". ${hint}`,
    ExitCode.NoFunction,
  );
}

async function askSupervisor<Answer>(
  socket: string,
  ask: (control: ControlClient) => Promise<Answer>,
): Promise<Answer | undefined> {
  using control = connectControl(socket);
  try {
    return await ask(control);
  } catch (error) {
    if (error instanceof NoSupervisorError) return undefined;
    throw error;
  }
}
