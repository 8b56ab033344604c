import { connectControl } from "../../lib/control/control_client.ts";
import { CliError, ExitCode } from "../exit_code.ts";
import { noSuchFunction } from "../function_names.ts";
import { formatChanges } from "../output/change_table.ts";
import { printError, printJson, printOut } from "../output/print.ts";
import { terminalSize } from "../output/terminal.ts";

/** Options of `ddsrv history`. */
export interface HistoryOptions {
  readonly socket: string;
  /** Number of changes; all if missing. */
  readonly lines?: number | undefined;
  readonly json?: true | undefined;
}

/**
 * Prints the recorded changes of a function, newest first; returns the exit code. A function that is
 * removed has its history until its data is removed.
 */
export async function history(name: string, options: HistoryOptions): Promise<number> {
  using control = connectControl(options.socket);
  const changes = await control.history(name, options.lines);
  if (changes === undefined) {
    const known = (await control.functions()).map((one) => one.name);
    if (!known.includes(name)) throw noSuchFunction(name, known);
    throw new CliError(
      `The running ddsrv serve has no history of "${name}": it is an older version, or the ` +
        "directory is not a function. Restart ddsrv serve, or see: ddsrv list",
    );
  }
  if (options.json) printJson(changes);
  else if (changes.length > 0) printOut(formatChanges(changes, widthOf()));
  else printError(`No change of ${name} is recorded yet\n`);
  return ExitCode.Done;
}

function widthOf(): { readonly width?: number } {
  const width = terminalSize()?.columns;
  return width === undefined ? {} : { width };
}
