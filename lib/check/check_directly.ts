import { join } from "node:path";
import { runBounded } from "../process/bounded_output.ts";
import {
  baseEnvironment,
  checkCommand,
  type CheckCommandOptions,
  infoCommand,
} from "../sandbox/deno_command.ts";

/** What is checked. */
export interface DirectCheckOptions extends CheckCommandOptions {
  readonly directory: string;
  readonly functionsDirectory: string;
  /** Ask for types, or for the module graph alone. */
  readonly checkTypes: boolean;
  /** Diagnostics come in colours. */
  readonly isColoured: boolean;
  readonly signal: AbortSignal;
}

/** What came of it. */
export interface DirectCheckResult {
  /** Deno's own diagnostics; `undefined` when it has none. */
  readonly diagnostics: string | undefined;
  /** The module graph, as `deno info --json` gives it. */
  readonly graph: string;
}

const MAX_OUTPUT_BYTES = 4 * 1024 * 1024;

/**
 * Checks a directory's code with the caller's own rights, network and module cache, as `deno check`
 * by hand would; for code of one's own.
 */
export async function checkDirectly(options: DirectCheckOptions): Promise<DirectCheckResult> {
  const { directory, signal } = options;
  const limits = await configurationLimits(options);
  const execute = async ([deno = "", verb = "", ...args]: string[]) =>
    await runBounded([deno, verb, ...limits.args, ...args], {
      cwd: directory,
      env: { ...environmentOf(options), ...limits.env },
      signal,
      maxBytes: MAX_OUTPUT_BYTES,
    });
  const deno = Deno.execPath();
  const checked = options.checkTypes ? await execute(checkCommand(options, deno)) : undefined;
  const graph = await execute(infoCommand(options, deno));
  const failed = [checked, graph].find((output) => output !== undefined && !output.success);
  const diagnostics = failed && (failed.stderr.trim() || `deno exited with ${failed.code}`);
  return { diagnostics, graph: graph.stdout };
}

/**
 * Keeps Deno from configuration above the functions directory, which it would look for by itself: a
 * function that is served sees none of it.
 */
async function configurationLimits(
  { directory, functionsDirectory }: DirectCheckOptions,
): Promise<{ readonly args: readonly string[]; readonly env: Record<string, string> }> {
  const configs = [directory, functionsDirectory].flatMap((one) =>
    ["deno.json", "deno.jsonc"].map((file) => join(one, file))
  );
  const hasConfig = (await Promise.all(configs.map(exists))).includes(true);
  const hasPackages = await exists(join(directory, "package.json"));
  return {
    args: hasConfig ? [] : ["--no-config"],
    env: hasPackages ? {} : { DENO_NO_PACKAGE_JSON: "1" },
  };
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}

/** Nothing of the caller's own environment: the folder's `.npmrc` may name variables and a registry. */
function environmentOf({ isColoured }: DirectCheckOptions): Record<string, string> {
  const { NO_COLOR: _, ...env } = baseEnvironment({
    cache: denoDirectory(Deno.env.toObject()),
    temporary: "/nonexistent",
  });
  return { ...env, [isColoured ? "FORCE_COLOR" : "NO_COLOR"]: "1" };
}

/** The caller's own module cache (`deno info`). */
function denoDirectory(
  { DENO_DIR, XDG_CACHE_HOME, HOME = "/" }: Readonly<Record<string, string>>,
): string {
  return DENO_DIR || join(XDG_CACHE_HOME || join(HOME, ".cache"), "deno");
}
