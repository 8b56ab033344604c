import { join } from "node:path";
import type { FunctionReport } from "../../lib/control/api.ts";
import { connectControl } from "../../lib/control/client.ts";
import { removedPath, removeEntry } from "../../lib/function/set_aside.ts";
import { CliError, ExitCode } from "../exit_code.ts";
import { requireFunctions } from "../function_names.ts";
import { ask, canAsk } from "../output/ask.ts";
import { printError, printJson } from "../output/print.ts";
import { makeVisible } from "../output/visible.ts";

/** Options of `ddsrv remove`. */
export interface RemoveOptions {
  readonly socket: string;
  /** In seconds. */
  readonly timeout: number;
  /** With what they have kept. */
  readonly purge?: true | undefined;
  /** Ask nobody. */
  readonly yes?: true | undefined;
  readonly json?: true | undefined;
}

/** What `--json` tells of each. */
export interface RemovalReport {
  readonly name: string;
  readonly status: "removed";
}

/**
 * Takes functions' folders away, and waits until nothing of them is left. Nothing is touched before
 * all names are known to be right, and whoever sits at a terminal has said yes.
 */
export async function remove(given: readonly string[], options: RemoveOptions): Promise<number> {
  using control = connectControl(options.socket);
  const { functionsDirectory, dataDirectory } = await control.supervisor();
  const reports = await requireFunctions(control, given);
  if (!options.yes && canAsk() && !await ask(questionOf(reports, options))) {
    printError("Nothing was removed\n");
    return ExitCode.Failed;
  }
  const names = reports.map((report) => report.name);
  for (const name of names) await takeAway(functionsDirectory, name);
  await control.scan();
  for (const name of names) {
    const wait = { until: "gone" as const, timeoutMs: options.timeout * 1000 };
    const left = await control.find(name, wait);
    if (left !== undefined) {
      throw new CliError(
        `"${name}" is still ${left.status} after ${options.timeout} s. See: ddsrv inspect ${name}`,
      );
    }
    if (options.purge) await removeData(join(dataDirectory, name));
    if (!options.json) printError(`${name} removed${options.purge ? ", with its data" : ""}\n`);
  }
  if (options.json) {
    printJson(names.map((name): RemovalReport => ({ name, status: "removed" })));
  }
  return ExitCode.Done;
}

function questionOf(reports: readonly FunctionReport[], { purge }: RemoveOptions): string {
  const names = reports.map((report) => makeVisible(report.name)).join(", ");
  return purge
    ? `Remove ${names}, what serves there and all data kept there, for good?`
    : `Remove ${names} and what serves there?`;
}

/** Links in it are removed as such, and lead nowhere. */
async function removeData(directory: string): Promise<void> {
  try {
    await Deno.remove(directory, { recursive: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw new CliError(`Cannot remove the data in "${directory}": ${(error as Error).message}`);
  }
}

/** Out of sight in one step, so that no half of it is ever seen; then deleted. */
async function takeAway(functionsDirectory: string, name: string): Promise<void> {
  const aside = removedPath(functionsDirectory);
  try {
    await Deno.rename(join(functionsDirectory, name), aside);
    // Of a symbolic link the link alone goes.
    await removeEntry(aside);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw new CliError(`Cannot remove "${name}": ${(error as Error).message}`);
  }
}
