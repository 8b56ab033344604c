import { join } from "node:path";
import { connectControl, type ControlClient } from "../../lib/control/control_client.ts";
import { judgeName } from "../../lib/config/function_name.ts";
import { removedPath, removeEntry } from "../../lib/function/set_aside.ts";
import { CliError, ExitCode } from "../exit_code.ts";
import { noSuchFunction } from "../function_names.ts";
import { ask, canAsk } from "../output/ask.ts";
import type { RemovalReport } from "../output/output_schemas.ts";
import { printError, printJson } from "../output/print.ts";
import { makeVisible } from "../output/visible.ts";
import { requireNoSource } from "./require_no_source.ts";

/** Options of `ddsrv remove`. */
export interface RemoveOptions {
  readonly socket: string;
  /** Milliseconds. */
  readonly timeout: number;
  /** Keep data and variables. */
  readonly keepData?: true | undefined;
  /** Do not ask for confirmation. */
  readonly yes?: true | undefined;
  readonly json?: true | undefined;
}

/** A function to remove; only data and variables if its folder is already gone. */
interface Target {
  readonly name: string;
  readonly hasFolder: boolean;
}

/**
 * Removes the folders of functions and, unless `keepData` is set, their data and variables. Waits
 * until they have stopped; returns the exit code. Removes nothing if a name is unknown or the user,
 * at a terminal, does not confirm.
 */
export async function remove(given: readonly string[], options: RemoveOptions): Promise<number> {
  using control = connectControl(options.socket);
  const supervisor = await control.supervisor();
  const { functionsDirectory, dataDirectory } = supervisor;
  const targets = await findTargets(control, { given, dataDirectory, options });
  // Data of a function that the source no longer has may go.
  if (targets.some(({ hasFolder }) => hasFolder)) requireNoSource(supervisor);
  if (!options.yes && canAsk() && !await ask(questionOf(targets, options))) {
    printError("Nothing was removed\n");
    return ExitCode.Failed;
  }
  for (const { name } of targets) {
    if (options.keepData) await control.announce(name, { by: "remove" });
    await removeFolder(functionsDirectory, name);
    // At once, so that a new function of this name can't get the data.
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
    // Data may wait for the next function of this name; a stop by hand and an expiry do not.
    if (options.keepData) {
      await control.start(name);
      await control.expire(name, null);
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
      await control.variables(name) !== undefined ||
      await control.history(name, 1) !== undefined;
    if (!options.keepData && isLeft) return { name, hasFolder: false };
    throw noSuchFunction(name, known);
  }));
}

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

function questionOf(targets: readonly Target[], { keepData }: RemoveOptions): string {
  const names = targets.map(({ name }) => makeVisible(name)).join(", ");
  if (keepData) return `Stop and remove ${names}? Data and variables are kept.`;
  return targets.some(({ hasFolder }) => hasFolder)
    ? `Stop and remove ${names}, and permanently delete the data and variables?`
    : `Permanently delete the data and variables of ${names}?`;
}

function describeRemoval(name: string, hasFolder: boolean, { keepData }: RemoveOptions): string {
  if (keepData) return `${name} removed; the next function of this name gets its data`;
  return hasFolder ? `${name} and its data removed` : `Data of ${name} removed`;
}

/** Renames the folder to a hidden name, so that a scan never sees half of it, then deletes it. */
async function removeFolder(functionsDirectory: string, name: string): Promise<void> {
  const aside = removedPath(functionsDirectory);
  try {
    await Deno.rename(join(functionsDirectory, name), aside);
    // Removes a symbolic link, not its target.
    await removeEntry(aside);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw new CliError(`Cannot remove "${name}": ${(error as Error).message}`);
  }
}
