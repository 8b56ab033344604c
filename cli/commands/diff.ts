import { connectControl } from "../../lib/control/control_client.ts";
import { CliError, ExitCode } from "../exit_code.ts";
import { requireFunctions } from "../function_names.ts";
import { formatDiff } from "../output/diff_text.ts";
import { hasColours } from "../output/has_colours.ts";
import { printError, printJson, printOut } from "../output/print.ts";

/** Options of `ddsrv diff`. */
export interface DiffOptions {
  readonly socket: string;
  /** First digits of a kept revision. */
  readonly from: string;
  /** First digits of another one; the one that serves if missing. */
  readonly to?: string | undefined;
  readonly json?: true | undefined;
}

/** Prints the differences of two revisions as a unified diff; returns the exit code. */
export async function diff(name: string, options: DiffOptions): Promise<number> {
  using control = connectControl(options.socket);
  await requireFunctions(control, [name]);
  const report = await control.diff(name, { from: options.from, to: options.to });
  if (report === undefined) {
    throw new CliError("The running ddsrv serve is an older version. Restart it, and try again");
  }
  if (options.json) {
    printJson(report);
    return ExitCode.Done;
  }
  printOut(formatDiff(report.files, { isColoured: hasColours(Deno.stdout, Deno.env.toObject()) }));
  const { from, to, files, isTruncated } = report;
  if (files.length === 0) printError(`The folders of ${from} and ${to} are equal\n`);
  if (isTruncated) {
    printError("ddsrv: There is more than ddsrv compares: the differences above are not all\n");
  }
  return ExitCode.Done;
}
