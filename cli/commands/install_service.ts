import { isAbsolute, join, resolve } from "node:path";
import { CliError } from "../exit_code.ts";
import { printError, printOut } from "../output/print.ts";
import { quoteWord } from "../output/quote_word.ts";
import { findInstallation } from "../service/installation.ts";
import { planSelf, type Self } from "../service/self.ts";
import { socketText, socketUnitPath } from "../service/socket_unit.ts";
import { UNIT_MARK, UNIT_PATH, unitText } from "../service/unit.ts";

/** Options of `ddsrv install-service`. */
export interface InstallServiceOptions {
  readonly path: string;
  /** Address of a socket unit, which is written beside the service; none when left out. */
  readonly listen?: string | undefined;
  readonly force?: true | undefined;
  readonly print?: true | undefined;
}

/** Writes or prints the systemd unit, and prints the commands that start it. */
export async function installService(
  directory: string,
  options: InstallServiceOptions,
): Promise<number> {
  const functionsDirectory = resolve(directory);
  const text = unitText({ functionsDirectory, ...findSelf() });
  if (options.print) {
    printOut(text);
    if (options.listen !== undefined) printOut(`\n${socketText(options.listen)}`);
    return 0;
  }
  const path = resolve(options.path);
  if (path === UNIT_PATH && isDebian() && options.force !== true) {
    throw new CliError(
      "The Debian package already has the unit ddsrv.service. Set DDSRV_FUNCTIONS in " +
        "/etc/default/ddsrv, then run systemctl restart ddsrv. For a second service, pass --path",
    );
  }
  await write(path, text, options.force === true);
  const socketPath = socketUnitPath(path);
  if (options.listen !== undefined) {
    await write(socketPath, socketText(options.listen), options.force === true);
  }
  const written = options.listen === undefined ? path : `${path} and ${socketPath}`;
  printError(`Wrote ${written}. To start it now and at boot:\n`);
  const steps = [
    ...(await isDirectory(functionsDirectory) ? [] : [`mkdir -p ${quoteWord(functionsDirectory)}`]),
    "systemctl daemon-reload",
    // The socket first: the service accepts on it from its start on.
    ...options.listen === undefined ? [] : ["systemctl enable --now ddsrv.socket"],
    "systemctl enable --now ddsrv",
    "systemctl status ddsrv",
  ];
  for (const step of steps) printError(`  ${step}\n`);
  return 0;
}

/** True if this ddsrv is the Debian package, whose unit a local one of the same name would hide. */
function isDebian(): boolean {
  const facts = { main: Deno.mainModule, isContainer: false, exists: () => false };
  return findInstallation(facts).type === "debian";
}

function findSelf(): Self {
  try {
    return planSelf({
      main: Deno.mainModule,
      execPath: Deno.execPath(),
      denoDirectory: denoDirectory(),
    });
  } catch (error) {
    throw new CliError((error as Error).message);
  }
}

/** Returns the module cache of this Deno, by the rules of `deno info` if DENO_DIR is not set. */
function denoDirectory(): string {
  const { DENO_DIR, XDG_CACHE_HOME, HOME = "/root" } = Deno.env.toObject();
  if (DENO_DIR) return resolve(DENO_DIR);
  return join(
    XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : `${HOME}/.cache`,
    "deno",
  );
}

/** Writes the unit and renames it into place, because systemd may read it at any time. */
async function write(path: string, text: string, isForced: boolean): Promise<void> {
  const beside = `${path}.${Deno.pid}`;
  try {
    const present = await readPresent(path);
    if (present !== undefined && !present.startsWith(UNIT_MARK) && !isForced) {
      throw new CliError(
        `"${path}" exists and ddsrv did not create it. ` +
          "Overwrite it with --force, or choose another --path",
      );
    }
    await Deno.writeTextFile(beside, text, { createNew: true, mode: 0o644 });
    await Deno.rename(beside, path);
  } catch (error) {
    if (error instanceof CliError) throw error;
    await Deno.remove(beside).catch(() => {});
    throw new CliError(
      `Cannot write "${path}": ${(error as Error).message}. ` +
        "Run it as root, or print the unit with --print",
    );
  }
}

async function readPresent(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return (await Deno.stat(path).catch(() => undefined))?.isDirectory === true;
}
