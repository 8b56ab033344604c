import { basename, dirname, join, resolve } from "node:path";
import { defaultPaths } from "../../lib/config/default_paths.ts";
import { CliError, ExitCode } from "../exit_code.ts";
import { printError } from "../output/print.ts";
import { socketUnitPath } from "../service/socket_unit.ts";
import { UNIT_MARK } from "../service/unit.ts";

/** Options of `ddsrv uninstall-service`. */
export interface UninstallServiceOptions {
  readonly path: string;
}

/** Effects of {@linkcode uninstallService}, for tests. */
export interface UninstallEffects {
  /** Runs a command with the terminal's output; returns false if it fails. */
  readonly run?: (command: readonly string[]) => Promise<boolean>;
  /** True if systemd runs the host, see sd_booted(3). */
  readonly isBooted?: boolean;
}

/** Exists while systemd runs the host, see sd_booted(3). */
const BOOTED = "/run/systemd/system";

/**
 * Stops and disables the service, and removes its unit if `install-service` wrote it. Leaves
 * functions, data and settings, and says where they are. Returns the exit code.
 */
export async function uninstallService(
  options: UninstallServiceOptions,
  { run = runVisibly, isBooted = isThere(BOOTED) }: UninstallEffects = {},
): Promise<number> {
  const path = resolve(options.path);
  const unit = basename(path);
  const functions = functionsOf(await readUnit(path));
  const socketPath = await findSocketUnit(path);
  // Without its socket first, the next connection would start the service again.
  const units = [...socketPath === undefined ? [] : [basename(socketPath)], unit];
  if (isBooted && !await run(["systemctl", "disable", "--now", ...units])) {
    throw new CliError(
      `Cannot stop and disable ${unit}; see the message above. Nothing was removed. Run it as root`,
    );
  }
  try {
    // Without systemd, nothing else removes it.
    await removeLink(join(dirname(path), "multi-user.target.wants", unit));
    if (socketPath !== undefined) {
      await removeLink(join(dirname(path), "sockets.target.wants", basename(socketPath)));
      await Deno.remove(socketPath);
    }
    await Deno.remove(path);
  } catch (error) {
    throw new CliError(`Cannot remove "${path}": ${(error as Error).message}. Run it as root`);
  }
  if (isBooted) await run(["systemctl", "daemon-reload"]);
  printError(`Removed ${path}. These stay; remove them yourself if nobody needs them:\n`);
  const { stateDirectory } = defaultPaths(0, {});
  const left = [
    ...functions === undefined ? [] : [`${functions} (functions)`],
    `${stateDirectory} (data, variables, history and earlier revisions of functions)`,
    "/var/cache/ddsrv (compiled code)",
    "/etc/default/ddsrv (settings), if it exists",
    `${path}.d (changes of systemctl edit), if it exists`,
  ];
  for (const one of left) printError(`  ${one}\n`);
  return ExitCode.Done;
}

/** Returns the path of the socket unit beside a service, if `install-service` wrote it. */
async function findSocketUnit(servicePath: string): Promise<string | undefined> {
  const path = socketUnitPath(servicePath);
  const text = await Deno.readTextFile(path).catch(() => "");
  return text.startsWith(UNIT_MARK) ? path : undefined;
}

/** @throws {CliError} if there is no unit, or `install-service` did not write it */
async function readUnit(path: string): Promise<string> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    const message = error instanceof Deno.errors.NotFound
      ? `There is no service: "${path}" does not exist. That of the Debian package goes with ` +
        "apt-get remove ddsrv; name another unit with --path"
      : `Cannot read "${path}": ${(error as Error).message}. Run it as root`;
    throw new CliError(message);
  }
  if (text.startsWith(UNIT_MARK)) return text;
  throw new CliError(
    `ddsrv did not create "${path}", so it stays. Remove it yourself, or name another unit with ` +
      "--path",
  );
}

/** Returns the functions directory in a unit of `install-service`, as it is written there. */
function functionsOf(text: string): string | undefined {
  return /^ExecStart=.* serve (.+)$/m.exec(text)?.[1];
}

async function removeLink(path: string): Promise<void> {
  const file = await Deno.lstat(path).catch(() => undefined);
  if (file?.isSymlink) await Deno.remove(path);
}

async function runVisibly([program = "", ...args]: readonly string[]): Promise<boolean> {
  try {
    const command = new Deno.Command(program, { args, stdin: "null" });
    return (await command.spawn().status).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
