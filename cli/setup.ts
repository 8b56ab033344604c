// Installs system packages and dependencies; with --launcher also the ddsrv command, with
// --replace-launcher even if it runs another checkout, with --tests the programs that tests call.
// Imports nothing from npm, because it runs before the dependencies are installed.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  findMissingPrograms,
  isInstalled,
  optionalPrograms,
  type Program,
  programs,
} from "../lib/system/programs.ts";
import { launcherScript, mainOf, planLauncher } from "./launcher.ts";
import { printError } from "./output/print.ts";
import { testPrograms } from "./test_programs.ts";

const LAUNCHER = "/usr/local/bin/ddsrv";

async function setUp(args: readonly string[]): Promise<number> {
  if (Deno.build.os !== "linux") {
    return refuse(
      "ddsrv needs Linux: it isolates functions with Linux namespaces. Run it on Linux",
    );
  }
  if (Deno.uid() !== 0) {
    return refuse("The set-up needs root to install packages. Run the same command with sudo");
  }
  const served = [...programs, ...optionalPrograms];
  const wanted = args.includes("--tests") ? [...served, ...testPrograms] : served;
  if (!await install(wanted)) return 1;
  if (!await runVisibly([Deno.execPath(), "ci", "--quiet"])) {
    return refuse("Cannot install the dependencies. See Deno's message above, and try again");
  }
  const isWanted = args.includes("--replace-launcher");
  return isWanted || args.includes("--launcher") ? await installLauncher(isWanted) : 0;
}

async function install(wanted: readonly Program[]): Promise<boolean> {
  const findMissing = (): Promise<Program[]> =>
    findMissingPrograms(Deno.env.get("PATH") ?? "", wanted);
  const missing = await findMissing();
  if (missing.length === 0) return true;
  const packages = [...new Set(missing.map((program) => program.package))];
  const apt = ["apt-get", "install", "--yes", "--no-install-recommends", ...packages];
  printError(`Installing ${packages.join(", ")}\n`);
  const isInstalled = await runVisibly(["apt-get", "update", "--quiet"]) &&
    await runVisibly(apt) &&
    (await findMissing()).length === 0;
  if (isInstalled) return true;
  const names = missing.map((program) => `"${program.name}"`).join(", ");
  refuse(`Cannot install ${names}. Install these packages yourself: ${packages.join(" ")}`);
  return false;
}

/**
 * Installs the command that runs this checkout with this Deno. A command that runs another checkout
 * stays unless it was asked for: an operator does not expect it to change.
 */
async function installLauncher(isWanted: boolean): Promise<number> {
  const target = {
    execPath: Deno.execPath(),
    main: fileURLToPath(new URL("main.ts", import.meta.url)),
  };
  const present = await readLauncher();
  const other = present === undefined ? undefined : mainOf(present);
  const isAlive = other !== undefined && await Deno.stat(other).then(() => true, () => false);
  const elsewhere = await findElsewhere();
  const plan = planLauncher({ present, path: LAUNCHER, elsewhere, target, isAlive, isWanted });
  switch (plan.type) {
    case "keep":
      return 0;
    case "refuse":
      return refuse(`"${LAUNCHER}" exists and ddsrv did not create it. Move it away and try again`);
    case "foreign":
      printError(
        `The command ddsrv is ${plan.path}, which this set-up did not create, and was not changed. ` +
          "To run this checkout: deno run --allow-all cli/main.ts\n",
      );
      return 0;
    case "leave":
      printError(
        `${LAUNCHER} runs ${plan.main ?? "another checkout"} and was not changed. ` +
          "To make it run this checkout: deno task launcher\n",
      );
      return 0;
    case "write":
      await Deno.writeTextFile(LAUNCHER, launcherScript(target), { mode: 0o755 });
      printError(
        `Installed ${LAUNCHER}` +
          `${plan.replaced === undefined ? "" : `, which ran ${plan.replaced} before`}\n`,
      );
      return 0;
    default:
      return plan satisfies never;
  }
}

/** Returns the text of the launcher; an empty one for a link, such as npm's, which leads elsewhere. */
async function readLauncher(): Promise<string | undefined> {
  const file = await Deno.lstat(LAUNCHER).catch(() => undefined);
  if (file === undefined) return undefined;
  return file.isFile ? await Deno.readTextFile(LAUNCHER) : "";
}

/** Returns another `ddsrv` on the PATH than the launcher. */
async function findElsewhere(): Promise<string | undefined> {
  for (const directory of (Deno.env.get("PATH") ?? "").split(":")) {
    const path = join(directory, "ddsrv");
    if (path !== LAUNCHER && await isInstalled("ddsrv", directory)) return path;
  }
  return undefined;
}

async function runVisibly([program = "", ...args]: readonly string[]): Promise<boolean> {
  try {
    const child = new Deno.Command(program, {
      args,
      env: { DEBIAN_FRONTEND: "noninteractive" },
      stdin: "null",
      // Standard output is for results; progress goes to standard error.
      stdout: "piped",
    }).spawn();
    await child.stdout.pipeTo(Deno.stderr.writable, { preventClose: true });
    return (await child.status).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function refuse(message: string): number {
  printError(`${message}.\n`);
  return 1;
}

Deno.exit(await setUp(Deno.args));
