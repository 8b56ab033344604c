import { join } from "node:path";
import { judgeName } from "../../lib/function/name.ts";
import { connectControl } from "../../lib/control/client.ts";
import { CliError, noSuchFunction } from "../exit_code.ts";
import { removedPath } from "../../lib/function/set_aside.ts";
import { printError, printJson } from "../output/print.ts";

/** Options of `ddsrv remove`. */
export interface RemoveOptions {
  readonly socket: string;
  /** In seconds. */
  readonly timeout: number;
  /** With what they have kept. */
  readonly purge?: true | undefined;
  readonly json?: true | undefined;
}

/** Takes functions' folders away, and waits until nothing of them is left. */
export async function remove(names: readonly string[], options: RemoveOptions): Promise<number> {
  using control = connectControl(options.socket);
  const { functionsDirectory, dataDirectory } = await control.supervisor();
  const known = new Set((await control.functions()).map((report) => report.name));
  for (const name of names) {
    if (judgeName(name).type !== "function" || !known.has(name)) {
      throw noSuchFunction(name);
    }
  }
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
  if (options.json) printJson(names.map((name) => ({ name, status: "removed" })));
  return 0;
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
    await Deno.remove(aside, { recursive: !(await Deno.lstat(aside)).isSymlink });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw new CliError(`Cannot remove "${name}": ${(error as Error).message}`);
  }
}
