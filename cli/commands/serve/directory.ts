import type { Settings } from "../../../lib/config/settings.ts";
import { CliError } from "../../exit_code.ts";

/**
 * Checks that a directory can be served.
 *
 * @throws {CliError} if it does not exist, is not a directory, or every function could read it
 */
export async function requireDirectory(path: string): Promise<void> {
  const file = await Deno.stat(path).catch(() => undefined);
  if (file === undefined) {
    throw new CliError(
      `The directory "${path}" does not exist. Create it (mkdir -p "${path}"), or name another`,
    );
  }
  const system = ["/usr", "/proc", "/sys", "/dev"].find((one) => `${path}/`.startsWith(`${one}/`));
  if (system !== undefined) {
    throw new CliError(
      `"${path}" is in ${system}, which every function can read. Choose another directory`,
    );
  }
  if (!file.isDirectory) {
    throw new CliError(`"${path}" is not a directory. Name the directory with the functions`);
  }
}

/** Warns if the env file is missing; functions are served without it, and it may come later. */
export async function warnOfEnvFile(
  { envFile }: Settings,
  warn: (message: string) => void,
): Promise<void> {
  if (envFile === undefined || await Deno.stat(envFile).catch(() => undefined)) return;
  warn(
    `The env file "${envFile}" does not exist, so functions get no variables from it. Create it`,
  );
}
