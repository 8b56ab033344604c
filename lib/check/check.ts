import { runBounded } from "../process/bounded_output.ts";
import {
  baseEnvironment,
  checkCommand,
  infoCommand,
  type ModuleOptions,
} from "../sandbox/deno_command.ts";
import { SANDBOX_CACHE, SANDBOX_DENO } from "../sandbox/function_mounts.ts";
import { localPath } from "./local_path.ts";
import { type Launch, type Mount, sandboxCommand } from "../sandbox/sandbox.ts";

/** What is checked, and from where. */
export interface CheckOptions extends ModuleOptions {
  readonly functionsDirectory: string;
  /** The function's directory. */
  readonly directory: string;
  /** What the check sees of the host; all of it, with no sandbox, when there are none. */
  readonly mounts: readonly Mount[] | undefined;
  /** Module cache of the host, which the check fills. */
  readonly cacheDirectory: string;
  /** Path of the network namespace; the caller's own network when left out. */
  readonly networkPath?: string;
  /** Files of the control group that it is to join. */
  readonly joinFiles?: readonly string[];
  /** The kernel has Landlock, see `SandboxOptions`; `false` when left out. */
  readonly landlock?: boolean;
  /** User that owns the module cache; the caller itself when left out. */
  readonly uid?: number | undefined;
  /** Ask for types, or for the module graph alone. */
  readonly checkTypes: boolean;
  readonly signal: AbortSignal;
}

/** What a check found. */
export interface CheckResult {
  /** Deno's own diagnostics; `undefined` when there is nothing to say against the code. */
  readonly diagnostics: string | undefined;
  /** Absolute paths of the modules that the entry needs, also of those that are missing. */
  readonly modules: readonly string[];
}

const MAX_OUTPUT_BYTES = 4 * 1024 * 1024;
const MAX_MODULES = 10_000;
const TIMEOUT_MS = 60_000;
const TOO_LONG = `The check did not end within ${TIMEOUT_MS / 1000} s`;

/**
 * Checks a function's code as Deno does and fills the module cache. It runs in a sandbox too:
 * configuration and imports of the function are read here, and they are no more to be trusted than
 * its code. No code of the function is run.
 */
export async function checkFunction(options: CheckOptions): Promise<CheckResult> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const signal = AbortSignal.any([options.signal, timeout]);
  const place = placeOf(options);
  const execute = (inner: string[]): ReturnType<typeof runBounded> => {
    const { command, ...input } = place.around(inner);
    return runBounded(command, { ...place, ...input, signal, maxBytes: MAX_OUTPUT_BYTES });
  };
  const checked = options.checkTypes ? await execute(checkCommand(options, place.deno)) : undefined;
  options.signal.throwIfAborted();
  if (timeout.aborted) return { diagnostics: TOO_LONG, modules: [] };
  const graph = await execute(infoCommand(options, place.deno));
  options.signal.throwIfAborted();
  const parsed = parseModules(graph.stdout, options.functionsDirectory);
  const modules = parsed ?? [];
  if (timeout.aborted) return { diagnostics: TOO_LONG, modules };
  const failed = [checked, graph].find((output) => output !== undefined && !output.success);
  if (failed !== undefined) {
    const said = failed.stderr.trim();
    return { diagnostics: said === "" ? `deno exited with ${failed.code}` : said, modules };
  }
  const diagnostics = parsed === undefined ? "The module graph is too large to follow" : undefined;
  return { diagnostics, modules };
}

/** Where a check's commands run. */
interface CheckPlace {
  readonly deno: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly around: (command: readonly string[]) => Pick<Launch, "command"> & Partial<Launch>;
}

function placeOf(options: CheckOptions): CheckPlace {
  const { networkPath, joinFiles = [], uid, mounts, cacheDirectory, directory, landlock = false } =
    options;
  if (mounts === undefined) {
    return {
      deno: Deno.execPath(),
      env: baseEnvironment({ cache: cacheDirectory, temporary: cacheDirectory }),
      cwd: directory,
      around: (command) => ({ command }),
    };
  }
  return {
    deno: SANDBOX_DENO,
    env: baseEnvironment(),
    around: (command) =>
      sandboxCommand({
        joinFiles,
        ...(networkPath === undefined ? {} : { network: { path: networkPath } }),
        uid,
        landlock,
        mounts: [...mounts, { source: cacheDirectory, target: SANDBOX_CACHE, isWritable: true }],
        workingDirectory: directory,
        command,
      }),
  };
}

/** One entry of `deno info --json`; a module that can't be loaded has only its specifier. */
interface GraphModule {
  readonly specifier: string;
}

/**
 * The local modules of a graph that lie in the functions directory; `undefined` when the text is no
 * graph, because it was cut or never came.
 *
 * @example
 * ```ts
 * import { parseModules } from "./check.ts";
 * parseModules('{"modules":[{"specifier":"file:///f/a/index.ts"}]}', "/f"); // ["/f/a/index.ts"]
 * ```
 */
export function parseModules(json: string, functionsDirectory: string): string[] | undefined {
  let modules: readonly GraphModule[];
  try {
    modules = (JSON.parse(json) as { modules?: readonly GraphModule[] }).modules ?? [];
  } catch {
    return undefined;
  }
  return modules
    .map((module) => module.specifier)
    .filter((specifier) => specifier.startsWith("file://"))
    .slice(0, MAX_MODULES)
    .map(localPath)
    .filter((path) => path !== undefined)
    .filter((path) => path.startsWith(`${functionsDirectory}/`))
    .sort();
}
