import type { Settings } from "../../../lib/config/settings.ts";
import { CliError } from "../../exit_code.ts";

/**
 * Looks whether a directory can be served.
 *
 * @throws {CliError} when it is not there, is none, or lies where every function may look
 */
export async function requireDirectory(path: string): Promise<void> {
  const file = await Deno.stat(path).catch(() => undefined);
  if (file === undefined) {
    throw new CliError(
      `There is no directory "${path}". Make it (mkdir -p "${path}"), or name another`,
    );
  }
  const system = ["/usr", "/proc", "/sys", "/dev"].find((one) => `${path}/`.startsWith(`${one}/`));
  if (system !== undefined) {
    throw new CliError(
      `"${path}" lies in ${system}, which every function may see. Choose a directory elsewhere`,
    );
  }
  if (!file.isDirectory) {
    throw new CliError(`"${path}" is not a directory. Name the directory that holds the functions`);
  }
}

/** Says that the env file is missing: that is no reason not to serve, and it may come later. */
export async function warnOfEnvFile(
  { envFile }: Settings,
  warn: (message: string) => void,
): Promise<void> {
  if (envFile === undefined || await Deno.stat(envFile).catch(() => undefined)) return;
  warn(`There is no env file "${envFile}", so functions get no variables from it. Put it there`);
}
