import { hostname } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { connectControl } from "../../lib/control/control_client.ts";
import { changeableParent } from "../../lib/sandbox/trusted_program.ts";
import { CliError, ExitCode, usageError } from "../exit_code.ts";
import { printError, printOut } from "../output/print.ts";
import { planSelf } from "../service/self.ts";
import { requireName } from "./add/source.ts";
import { requireCommand } from "./deploy/target.ts";
import { formatHook, HOOK_MARK, type HookOptions } from "./git/hook.ts";

/** Options of `ddsrv git init`. */
export interface GitOptions {
  readonly socket: string;
  readonly defaultSocket: string;
  readonly branch: string;
  /** Directory of the repository; by default in the state directory. */
  readonly dir?: string | undefined;
  /** Command that runs ddsrv in the hook. */
  readonly command?: string | undefined;
}

/** Git's own variables would lead it to another repository. */
const OWN_VARIABLE = /^GIT_/;

/**
 * Makes a bare repository whose hook deploys what is pushed to a branch, prints its URL and returns
 * the exit code. For a repository that it has made before, writes the hook again.
 */
export async function gitInit(name: string, options: GitOptions): Promise<number> {
  requireName(name);
  await requireBranch(options.branch);
  using control = connectControl(options.socket);
  const { dataDirectory, owner } = await control.supervisor();
  const directory = options.dir === undefined
    ? join(dirname(dirname(dataDirectory)), "git", owner, `${name}.git`)
    : resolve(options.dir);
  const hook: HookOptions = {
    name,
    branch: options.branch,
    command: requireCommand(options.command ?? ownCommand()),
    socket: options.socket === options.defaultSocket ? undefined : resolve(options.socket),
  };
  const hooks = join(directory, "hooks");
  const path = join(hooks, "pre-receive");
  await prepareParent(directory);
  if (!await isOwnRepository([directory, hooks, path])) await initRepository(directory, hooks);
  await runGit(["-C", directory, "symbolic-ref", "HEAD", `refs/heads/${options.branch}`]);
  await Deno.writeTextFile(path, formatHook(hook));
  // Independent of the umask.
  await Deno.chmod(path, 0o755);
  printOut(`${urlOf(directory)}\n`);
  printError(
    `A push to ${options.branch} deploys ${name}. On your computer: git remote add ddsrv ` +
      `${urlOf(directory)} && git push ddsrv ${options.branch}\n`,
  );
  return ExitCode.Done;
}

/**
 * Makes the directory of a repository's directory. Root does not write where another user could put a
 * link in the repository's place, and then replace its hook, which root's pushes run.
 */
export async function prepareParent(directory: string): Promise<void> {
  const parent = dirname(directory);
  await Deno.mkdir(parent, { recursive: true, mode: 0o700 });
  if (Deno.uid() !== 0) return;
  const problem = await changeableParent(join(await Deno.realPath(parent), basename(directory)));
  if (problem === undefined) return;
  throw new CliError(`${problem}. Run the command as that user, or pass another --dir`);
}

/**
 * Returns true for a repository that this command has made, and false if there is none. Root writes
 * nothing in a repository of another user, who can replace its files with links.
 */
async function isOwnRepository(paths: readonly string[]): Promise<boolean> {
  const [directory = ""] = paths;
  const found = await Promise.all(paths.map((path) => Deno.lstat(path).catch(() => undefined)));
  if (found[0] === undefined) return false;
  if (found.some((file) => file !== undefined && file.uid !== Deno.uid())) {
    throw new CliError(
      `"${directory}" belongs to another user. Run the command as that user, or pass another --dir`,
    );
  }
  const [top, hooks, hook] = found;
  const isPlain = top.isDirectory && hooks?.isDirectory && hook?.isFile;
  if (isPlain && (await Deno.readTextFile(paths[2]!)).includes(HOOK_MARK)) return true;
  throw new CliError(
    `"${directory}" exists, and ddsrv git init has not made it. Move it away, or pass another --dir`,
  );
}

async function initRepository(directory: string, hooks: string): Promise<void> {
  // Fails if another user has made it meanwhile.
  await Deno.mkdir(directory);
  // Without hooks of the host's template, and whatever the host sets as hooks' directory.
  await runGit(["init", "--quiet", "--bare", "--template=", "--", directory]);
  await runGit(["-C", directory, "config", "core.hooksPath", hooks]);
  await Deno.mkdir(hooks, { recursive: true });
}

async function requireBranch(branch: string): Promise<void> {
  const isValid = await tryGit(["check-ref-format", "--branch", branch]);
  if (isValid && !branch.startsWith("-") && !branch.startsWith("@")) return;
  throw usageError(`${JSON.stringify(branch)} can't be the name of a branch`);
}

async function runGit(args: readonly string[]): Promise<void> {
  const { success, stderr } = await spawnGit(args);
  if (success) return;
  throw new CliError(`git ${args.join(" ")} failed: ${new TextDecoder().decode(stderr).trim()}`);
}

async function tryGit(args: readonly string[]): Promise<boolean> {
  return (await spawnGit(args)).success;
}

async function spawnGit(args: readonly string[]): Promise<Deno.CommandOutput> {
  const variables = Object.entries(Deno.env.toObject());
  const env = Object.fromEntries(variables.filter(([name]) => !OWN_VARIABLE.test(name)));
  try {
    return await new Deno.Command("git", { args: [...args], env, clearEnv: true }).output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new CliError(
      "ddsrv git needs the program git, which is not on the PATH. Install it (Debian: git)",
    );
  }
}

/** The package's launcher by its path; a checkout has a launcher on the PATH. */
function ownCommand(): string {
  const { command } = planSelf({
    main: Deno.mainModule,
    execPath: Deno.execPath(),
    denoDirectory: "",
  });
  const [launcher = ""] = command;
  return command.length === 1 ? launcher : "ddsrv";
}

function urlOf(directory: string): string {
  return `ssh://${Deno.env.get("USER") ?? "root"}@${hostname()}${encodeURI(directory)}`;
}
