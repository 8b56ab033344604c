import { connectControl } from "../../lib/control/control_client.ts";
import { ExitCode } from "../exit_code.ts";
import { printError, printJson, printOut } from "../output/print.ts";
import { countStatuses, formatStatus, type StatusReport } from "../output/status_text.ts";
import { version } from "../version.ts";

/** Options of `ddsrv status`. */
export interface StatusOptions {
  readonly socket: string;
  readonly json?: true | undefined;
}

/**
 * Prints the status of the running supervisor; returns the exit code.
 *
 * @throws {NoSupervisorError} if none runs
 */
export async function status(options: StatusOptions): Promise<number> {
  using control = connectControl(options.socket);
  const supervisor = await control.supervisor();
  const functions = countStatuses(await control.functions());
  const report: StatusReport = { ...supervisor, cliVersion: version, functions };
  if (options.json) {
    printJson(report);
    return ExitCode.Done;
  }
  printOut(formatStatus(report));
  if (supervisor.version !== version) {
    printError(
      `ddsrv: ddsrv serve runs version ${supervisor.version}, and this command is ${version}. ` +
        "To run the same version, restart ddsrv serve: see ddsrv upgrade\n",
    );
  }
  return ExitCode.Done;
}
