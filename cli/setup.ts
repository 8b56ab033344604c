// Brings a fresh machine to where ddsrv runs: system packages, dependencies, and with --launcher
// the command itself, with --tests what the tests call. It imports nothing from npm, because it runs before dependencies are there.
import { fileURLToPath } from "node:url";
import {
  findMissingPrograms,
  optionalPrograms,
  type Program,
  programs,
} from "../lib/system/programs.ts";
import { printError } from "./output/print.ts";
import { testPrograms } from "./test_programs.ts";

const LAUNCHER = "/usr/local/bin/ddsrv";
const LAUNCHER_MARK = "# Made by ddsrv's set-up";

async function setUp(args: readonly string[]): Promise<number> {
  if (Deno.build.os !== "linux") {
    return refuse("ddsrv isolates functions with Linux namespaces. Run it on Linux");
  }
  if (Deno.uid() !== 0) {
    return refuse("ddsrv makes network namespaces and needs root. Run the same command with sudo");
  }
  const served = [...programs, ...optionalPrograms];
  const wanted = args.includes("--tests") ? [...served, ...testPrograms] : served;
  if (!await install(wanted)) return 1;
  if (!await runVisibly([Deno.execPath(), "ci", "--quiet"])) {
    return refuse("The dependencies could not be installed; Deno's own words are above");
  }
  return args.includes("--launcher") ? await installLauncher() : 0;
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
  refuse(`${names} are missing and could not be installed. Install: ${packages.join(" ")}`);
  return false;
}

/** A command that runs this checkout with this Deno. */
async function installLauncher(): Promise<number> {
  const main = fileURLToPath(new URL("main.ts", import.meta.url));
  const script = `#!/bin/sh\n${LAUNCHER_MARK}; runs the checkout that it was made from.\n` +
    `exec ${quote(Deno.execPath())} run --quiet --allow-all ${quote(main)} "$@"\n`;
  const present = await Deno.readTextFile(LAUNCHER).catch(() => undefined);
  if (present === script) return 0;
  if (present !== undefined && !present.includes(LAUNCHER_MARK)) {
    return refuse(`"${LAUNCHER}" is there and was not made by ddsrv. Move it away and try again`);
  }
  await Deno.writeTextFile(LAUNCHER, script, { mode: 0o755 });
  printError(`Installed ${LAUNCHER}\n`);
  return 0;
}

async function runVisibly([program = "", ...args]: readonly string[]): Promise<boolean> {
  try {
    const child = new Deno.Command(program, {
      args,
      env: { DEBIAN_FRONTEND: "noninteractive" },
      stdin: "null",
      // Results go to standard output; how the set-up comes along is none.
      stdout: "piped",
    }).spawn();
    await child.stdout.pipeTo(Deno.stderr.writable, { preventClose: true });
    return (await child.status).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function refuse(message: string): number {
  printError(`${message}.\n`);
  return 1;
}

Deno.exit(await setUp(Deno.args));
