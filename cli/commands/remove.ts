import { join } from "node:path";
import { connectControl, type ControlClient } from "../../lib/control/control_client.ts";
import { judgeName } from "../../lib/function/name.ts";
import { removedPath, removeEntry } from "../../lib/function/set_aside.ts";
import { CliError, ExitCode } from "../exit_code.ts";
import { noSuchFunction } from "../function_names.ts";
import { ask, canAsk } from "../output/ask.ts";
import type { RemovalReport } from "../output/output_schemas.ts";
import { printError, printJson } from "../output/print.ts";
import { makeVisible } from "../output/visible.ts";

/** Options of `ddsrv remove`. */
export interface RemoveOptions {
  readonly socket: string;
  /** In milliseconds. */
  readonly timeout: number;
  /** Leave what they have kept. */
  readonly keepData?: true | undefined;
  /** Ask nobody. */
  readonly yes?: true | undefined;
  readonly json?: true | undefined;
}

/** The things to remove: only data and variables when a function's folder is gone already. */
interface Target {
  readonly name: string;
  readonly hasFolder: boolean;
}

/**
 * Removes the folders of functions and, unless the options keep it, their data. Waits until nothing
 * of them is left. Changes nothing before all names are valid and, at a terminal, the user has
 * confirmed.
 */
export async function remove(given: readonly string[], options: RemoveOptions): Promise<number> {
  using control = connectControl(options.socket);
  const { functionsDirectory, dataDirectory } = await control.supervisor();
  const targets = await findTargets(control, { given, dataDirectory, options });
  if (!options.yes && canAsk() && !await ask(questionOf(targets, options))) {
    printError("Nothing was removed\n");
    return ExitCode.Failed;
  }
  for (const { name } of targets) {
    await takeAway(functionsDirectory, name);
    // Before anybody can have made a new function of that name, which would find it.
    if (!options.keepData) await control.purge(name);
  }
  await control.scan();
  for (const { name, hasFolder } of targets) {
    const wait = { until: "gone" as const, timeoutMs: options.timeout };
    const left = await control.find(name, wait);
    if (left !== undefined) {
      throw new CliError(
        `"${name}" is still ${left.status} after ${options.timeout / 1000} s. ` +
          `See: ddsrv inspect ${name}`,
      );
    }
    if (!options.json) printError(`${describeRemoval(name, hasFolder, options)}\n`);
  }
  if (options.json) {
    printJson(targets.map(({ name }): RemovalReport => ({ name, status: "removed" })));
  }
  return ExitCode.Done;
}

async function findTargets(
  control: ControlClient,
  { given, dataDirectory, options }: {
    readonly given: readonly string[];
    readonly dataDirectory: string;
    readonly options: RemoveOptions;
  },
): Promise<Target[]> {
  const known = new Set((await control.functions()).map(({ name }) => name));
  return await Promise.all([...new Set(given)].map(async (name): Promise<Target> => {
    if (judgeName(name).type !== "function") throw noSuchFunction(name, known);
    if (known.has(name)) return { name, hasFolder: true };
    const isLeft = await exists(join(dataDirectory, name)) ||
      await control.variables(name) !== undefined;
    if (!options.keepData && isLeft) return { name, hasFolder: false };
    throw noSuchFunction(name, known);
  }));
}

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

function questionOf(targets: readonly Target[], { keepData }: RemoveOptions): string {
  const names = targets.map(({ name }) => makeVisible(name)).join(", ");
  if (keepData) return `Remove ${names} and what serves there? Data and variables stay.`;
  return targets.some(({ hasFolder }) => hasFolder)
    ? `Remove ${names}, what serves there and all data kept there, for good?`
    : `Remove all data that ${names} has left, for good?`;
}

function describeRemoval(name: string, hasFolder: boolean, { keepData }: RemoveOptions): string {
  if (keepData) return `${name} removed; the next function of that name gets its data`;
  return hasFolder ? `${name} removed, with its data` : `${name}: its data removed`;
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
