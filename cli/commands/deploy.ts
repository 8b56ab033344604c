import { basename, join, relative, resolve, sep } from "node:path";
import { formatTtl } from "../../lib/config/ttl.ts";
import { type IgnoreRules, readIgnoreRules } from "../../lib/function/ignored_files.ts";
import { type ArchivePlan, planArchive } from "../../lib/function/tar/plan_archive.ts";
import { TarError } from "../../lib/function/tar/tar_error.ts";
import { writeArchive } from "../../lib/function/tar/write_archive.ts";
import { CliError, ExitCode, usageError } from "../exit_code.ts";
import { interruptible } from "../interrupt.ts";
import { printError, printOut } from "../output/print.ts";
import { makeVisible } from "../output/visible.ts";
import { version } from "../version.ts";
import { requireName } from "./add/source.ts";
import { type GitState, readGitState } from "./deploy/git_state.ts";
import { previewName } from "./deploy/preview_name.ts";
import type { Greeting } from "./deploy/remote_script.ts";
import { type Parcel, send } from "./deploy/send.ts";
import { chooseTarget, type ChosenTarget, readTargetFile } from "./deploy/target_file.ts";
import { TARGET_FILE, type TargetFile, withTarget } from "./deploy/target_file.ts";
import { loginOf } from "./deploy/target.ts";
import { openTransfer } from "./deploy/transfer.ts";
import { parseImport, readEnvText } from "./env/read_import.ts";

/** Options of `ddsrv deploy`. */
export interface DeployOptions {
  readonly to?: string | undefined;
  readonly name?: string | undefined;
  /** Command that runs ddsrv on the server. */
  readonly command?: string | undefined;
  /** `true` takes the label from the git branch. */
  readonly preview?: string | true | undefined;
  /** Milliseconds until the server removes the function; `null` for never. */
  readonly ttl?: number | null | undefined;
  readonly envFile?: string | undefined;
  /** Check the function here first. */
  readonly check: boolean;
  /** Print what would be sent. */
  readonly dryRun?: true | undefined;
  /** Wait until the function is ready. */
  readonly wait: boolean;
  /** Milliseconds. */
  readonly timeout: number;
  readonly json?: true | undefined;
}

/** A folder to send, the function's name on the server, and the options. */
interface Deployment {
  readonly folder: string;
  readonly name: string;
  readonly plan: ArchivePlan;
  readonly envText: string;
  readonly git: GitState;
  readonly options: DeployOptions;
}

/**
 * Sends a function's folder to a server by ssh, where `ddsrv add --replace` checks and starts it.
 * Returns the exit code of that command.
 */
export async function deploy(path: string, options: DeployOptions): Promise<number> {
  const folder = resolve(path);
  await requireFolder(folder);
  const file = await readTargetFile(folder);
  const chosen = options.dryRun ? undefined : chooseTarget(file, options);
  const git = await readGitState(folder);
  const name = nameOf({ folder, file, git, options });
  const envText = options.envFile === undefined ? "" : await readEnv(options.envFile);
  const rules = await readRules(folder, options);
  const plan = await interruptible((signal) => planFolder(folder, { rules, signal }));
  const deployment: Deployment = { folder, name, plan, envText, git, options };
  if (chosen === undefined) return printPlan(deployment);
  if (options.check && !await passesCheck(folder)) {
    throw new CliError(
      `"${makeVisible(name)}" was not sent: its check failed. Fix the errors above, or let only ` +
        "the server check it with --no-check",
    );
  }
  const { code, output } = await deliver(deployment, chosen);
  if (code !== 0) return code;
  await remember(folder, { file, chosen, options });
  if (!options.json) explainUrl(output, chosen);
  return code;
}

function deliver(
  deployment: Deployment,
  { target, command }: ChosenTarget,
): ReturnType<typeof send> {
  const { name, plan } = deployment;
  const transfer = openTransfer({ name, totalBytes: plan.bytes });
  return interruptible((signal) =>
    send({
      target,
      command,
      plan: (server) => parcelFor(server, deployment),
      transfer,
      signal,
    }).catch((error) => {
      throw error instanceof TarError ? packError(deployment.folder, error) : error;
    })
  );
}

/** Tells both versions if they differ, and refuses only what the server can't do. */
function parcelFor(
  server: Greeting & { readonly type: "ddsrv" },
  { folder, name, plan, envText, git, options }: Deployment,
): Parcel {
  if (server.version !== version) {
    printError(`ddsrv ${version} here, ${makeVisible(server.version)} on the server\n`);
  }
  const common = [
    ...["--name", name, "--replace", "--timeout", String(Math.ceil(options.timeout / 1000))],
    ...options.wait ? [] : ["--no-wait"],
    ...options.json ? ["--json"] : [],
  ];
  if (!server.isCurrent) {
    const flag = options.ttl !== undefined ? "--ttl" : envText === "" ? undefined : "--env-file";
    if (flag !== undefined) {
      throw new CliError(
        `The server's ddsrv ${
          makeVisible(server.version)
        } does not know ${flag}. Update it there, ` +
          `or deploy without ${flag}`,
      );
    }
    return { args: common, input: writeArchive(folder, plan), staysOpen: false };
  }
  const env = new TextEncoder().encode(envText);
  const { ttl } = options;
  return {
    args: [
      ...common,
      ...["--upload", `${env.length}:${plan.bytes}`, "--by", "deploy"],
      ...git.commit === undefined ? [] : ["--commit", git.commit],
      ...ttl === undefined ? [] : ["--ttl", ttl === null ? "none" : formatTtl(ttl)],
    ],
    input: joined(env, writeArchive(folder, plan)),
    staysOpen: true,
  };
}

async function* joined(
  first: Uint8Array<ArrayBuffer>,
  rest: AsyncIterable<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  if (first.length > 0) yield first;
  yield* rest;
}

async function requireFolder(folder: string): Promise<void> {
  const found = await Deno.stat(folder).catch(() => undefined);
  if (found?.isDirectory) return;
  throw new CliError(`"${folder}" is not a directory. Name the directory of a function`);
}

function nameOf({ folder, file, git, options }: {
  readonly folder: string;
  readonly file: TargetFile;
  readonly git: GitState;
  readonly options: DeployOptions;
}): string {
  const name = requireName(options.name ?? file.name ?? basename(folder));
  const { preview } = options;
  if (preview === undefined) return name;
  if (preview !== true && /^\.{0,2}\//.test(preview)) {
    throw usageError(`"${preview}" is a path. Write it before --preview, or name the preview`);
  }
  const label = preview === true ? git.branch : preview;
  if (label === undefined) {
    throw usageError("No git branch is checked out. Name the preview, as in --preview pr-12");
  }
  const named = previewName(name, label);
  if (named !== "") return requireName(named);
  throw usageError(`${JSON.stringify(label)} has no letter or digit for the name of a preview`);
}

async function readEnv(path: string): Promise<string> {
  const text = await readEnvText(path);
  // Fail here, before anything is sent.
  parseImport(text, `"${path}"`);
  return text;
}

/** Never sends the file of targets nor the env file, whatever the ignore files say. */
async function readRules(folder: string, { envFile }: DeployOptions): Promise<IgnoreRules> {
  const rules = await readIgnoreRules(folder);
  const never = [TARGET_FILE];
  if (envFile !== undefined) {
    const given = resolve(envFile);
    const root = await Deno.realPath(folder);
    // A pipe of the shell has no real path, and is no file of the folder.
    const file = await Deno.realPath(given).catch(() => given);
    never.push(
      ...[relative(folder, given), relative(root, file)].map((one) => one.replaceAll(sep, "/")),
    );
  }
  return {
    isIgnored: (path, kind) => never.includes(path) || rules.isIgnored(path, kind),
  };
}

async function planFolder(
  folder: string,
  options: { readonly rules: IgnoreRules; readonly signal: AbortSignal },
): Promise<ArchivePlan> {
  try {
    const plan = await planArchive(folder, options);
    if (plan.entries.length > 0) return plan;
  } catch (error) {
    if (error instanceof TarError) throw packError(folder, error);
    throw error;
  }
  throw new CliError(`"${folder}" has nothing to send: it is empty, or all of it is ignored`);
}

function packError(folder: string, { message }: TarError): CliError {
  return new CliError(`Cannot pack "${folder}": ${makeVisible(message)}`);
}

function printPlan({ name, plan }: Deployment): number {
  for (const { path } of plan.entries) printOut(`${makeVisible(path)}\n`);
  printError(`${plan.entries.length} entries, ${plan.bytes} bytes, as ${makeVisible(name)}\n`);
  return ExitCode.Done;
}

/** Type-checks the folder on this computer, without a sandbox: the check runs no code. */
async function passesCheck(folder: string): Promise<boolean> {
  const { check } = await import("./check.ts");
  try {
    const options = { format: "text", isolation: "none", isStep: true } as const;
    return await check([folder], options) === ExitCode.Done;
  } catch (error) {
    if (error instanceof CliError && error.exitCode > 128) throw error;
    if (error instanceof CliError && error.exitCode === ExitCode.Usage) {
      throw new CliError(`"${folder}" is not a function, see above. Name the directory of one`);
    }
    throw new CliError(
      `Cannot check "${folder}" here: ${(error as Error).message}. To let only the server check ` +
        "it: --no-check",
    );
  }
}

async function remember(
  folder: string,
  { file, chosen, options }: {
    readonly file: TargetFile;
    readonly chosen: ChosenTarget;
    readonly options: DeployOptions;
  },
): Promise<void> {
  if (chosen.remember === undefined) return;
  const name = options.name ?? file.name;
  const text = withTarget(name === undefined ? file : { ...file, name }, chosen.remember);
  if (text === undefined) return;
  const path = join(folder, TARGET_FILE);
  try {
    await Deno.writeTextFile(path, text);
    printError(
      `Remembered the server as "${chosen.remember.name}" in ${TARGET_FILE}; ddsrv deploy ` +
        (chosen.remember.name === "default"
          ? "uses it\n"
          : `--to ${chosen.remember.name} uses it\n`),
    );
  } catch (error) {
    printError(`Cannot remember the server in "${path}": ${(error as Error).message}\n`);
  }
}

/** A server that nobody else reaches prints an address of its own. */
function explainUrl(output: string, { target }: ChosenTarget): void {
  const url = /^http:\/\/(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::(\d+))?\//m.exec(output);
  if (url === null) return;
  const port = url[1] ?? "80";
  printError(
    `This address is the server's own. To open it here: ${
      loginOf(target).replace(/^ssh/, `ssh -L ${port}:localhost:${port}`)
    }\n`,
  );
}
