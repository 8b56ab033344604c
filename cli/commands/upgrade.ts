import { readFileSync, statSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { connectControl } from "../../lib/control/control_client.ts";
import { CliError, ExitCode } from "../exit_code.ts";
import { printError } from "../output/print.ts";
import { findInstallation, type Installation, planUpgrade } from "../service/installation.ts";
import { restartHint, unitOf } from "../service/restart_hint.ts";

/** Options of `ddsrv upgrade`. */
export interface UpgradeOptions {
  readonly socket: string;
  /** Only say what to do. */
  readonly print?: true | undefined;
}

const NAME = "ddsrv";

/** Files that container runtimes create, see Docker and podman-run(1). */
const CONTAINER_MARKS = ["/.dockerenv", "/run/.containerenv"];

/** Timeout for the answer of a running supervisor. */
const ANSWER_MS = 2_000;

/**
 * Upgrades a ddsrv that npm has installed globally; says what to do for every other one. Says how to
 * restart a running supervisor; returns the exit code.
 */
export async function upgrade(options: UpgradeOptions): Promise<number> {
  const installation = findInstallation({
    main: Deno.mainModule,
    isContainer: CONTAINER_MARKS.some(exists),
    exists,
  });
  const name = nameOf(installation);
  const plan = planUpgrade(installation, { name, isGlobal: await isGlobal(installation) });
  if (plan.command === undefined || options.print) {
    for (const step of plan.steps) printError(`${step.replace(/^\$/, " ")}\n`);
  } else await runVisibly(plan.command);
  const hint = await findRestart(options.socket);
  if (hint !== undefined) printError(`${hint}\n`);
  return ExitCode.Done;
}

/** Returns true for the package in the directory of global packages, by `npm root --global`. */
async function isGlobal(installation: Installation): Promise<boolean> {
  if (installation.type !== "package") return false;
  const { stdout } = await npm(["root", "--global"], { stdout: "piped", stderr: "inherit" });
  const root = new TextDecoder().decode(stdout).trim();
  const [own, global] = await Promise.all(
    [installation.directory, join(root, nameOf(installation))].map((path) =>
      realpath(path).catch(() => path)
    ),
  );
  return own === global;
}

async function runVisibly([program = "", ...args]: readonly string[]): Promise<void> {
  printError(`${[program, ...args].join(" ")}\n`);
  const { code } = await npm(args, { stdout: "inherit", stderr: "inherit" });
  if (code === 0) return;
  throw new CliError(
    `npm exited with code ${code}, and ddsrv is unchanged unless npm said otherwise. See its ` +
      "message above; if it lacks permissions, run the same command with sudo",
  );
}

async function npm(
  args: readonly string[],
  streams: Pick<Deno.CommandOptions, "stdout" | "stderr">,
): Promise<{ readonly code: number; readonly stdout: Uint8Array<ArrayBuffer> | undefined }> {
  try {
    const child = new Deno.Command(Deno.build.os === "windows" ? "npm.cmd" : "npm", {
      args: [...args],
      stdin: Deno.stdin.isTerminal() ? "inherit" : "null",
      ...streams,
    });
    if (streams.stdout !== "piped") {
      return { code: (await child.spawn().status).code, stdout: undefined };
    }
    const { code, stdout } = await child.output();
    return { code, stdout };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new CliError("npm is not on the PATH. Add its directory to the PATH, and try again");
  }
}

/** A fork may have another name. */
function nameOf(installation: Installation): string {
  if (installation.type !== "package") return NAME;
  try {
    const text = readFileSync(join(installation.directory, "package.json"), "utf8");
    const { name } = JSON.parse(text) as { readonly name?: unknown };
    return typeof name === "string" && /^(?:@[\w.-]+\/)?[\w][\w.-]*$/.test(name) ? name : NAME;
  } catch {
    return NAME;
  }
}

async function findRestart(socket: string): Promise<string | undefined> {
  try {
    using control = connectControl(socket, { timeoutMs: ANSWER_MS });
    const { pid, version } = await control.supervisor();
    return restartHint({ pid, version, unit: unitOf(readCgroup(pid)) });
  } catch {
    // None runs, or not for this user.
    return undefined;
  }
}

function readCgroup(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, "utf8");
  } catch {
    return "";
  }
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
