import { join } from "node:path";
import { judgeName } from "../../lib/function/name.ts";
import { connectControl } from "../../lib/control/client.ts";
import { CliError, noSuchFunction } from "../exit_code.ts";
import { removedPath } from "../set_aside.ts";
import { printError, printJson } from "../output/print.ts";

/** Options of `ddsrv remove`. */
export interface RemoveOptions {
  readonly socket: string;
  /** In seconds. */
  readonly timeout: number;
  readonly json?: true | undefined;
}

/** Takes functions' folders away, and waits until nothing of them is left. */
export async function remove(names: readonly string[], options: RemoveOptions): Promise<number> {
  using control = connectControl(options.socket);
  const { functionsDirectory } = await control.supervisor();
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
    if (!options.json) printError(`${name} removed\n`);
  }
  if (options.json) printJson(names.map((name) => ({ name, status: "removed" })));
  return 0;
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
