import { relative } from "node:path";
import { type BoundedOutput, runBounded } from "../process/bounded_output.ts";
import {
  checkCommand,
  infoCommand,
  lockCommand,
  type ModuleOptions,
} from "../sandbox/deno_command.ts";
import { openTimeout } from "../system/timeout_signal.ts";
import { type CheckBounds, endOf, type Exhausted } from "./check_bounds.ts";
import type { CheckPlace } from "./check_place.ts";
import { addWorkers } from "./add_workers.ts";
import { missesEdgeRuntime } from "./edge_runtime.ts";
import { installPackages, type PackagesPlace } from "./install_packages.ts";
import { localPath } from "./local_path.ts";
import { withLockHint } from "./lock_hint.ts";
import { LockError, openMadeLock } from "./made_lock.ts";
import { parseGraph } from "./module_graph.ts";
import { namesPassingFailure } from "./passing_diagnostics.ts";
import { findStrayImports } from "./stray_imports.ts";
import { watchUse } from "./use_watch.ts";

/** Options of {@linkcode checkFunction}. */
export interface CheckOptions extends ModuleOptions {
  readonly functionsDirectory: string;
  /** Path at which the check sees the function's directory. */
  readonly directory: string;
  /** Real path of that directory. */
  readonly realDirectory: string;
  readonly place: CheckPlace;
  /** Where packages are installed; nothing is installed when left out. */
  readonly packages?: PackagesPlace | undefined;
  /** Lock file of an earlier check of the same source, whose versions the check uses again. */
  readonly knownLock?: string | undefined;
  /** Type-check, or only read the module graph. */
  readonly checkTypes: boolean;
  readonly isColoured?: boolean | undefined;
  readonly bounds: CheckBounds;
  /** Called twice a second; `isIdle` is true while the check waits and uses no CPU. */
  readonly onLook?: ((isIdle: boolean) => void) | undefined;
  readonly signal: AbortSignal;
}

/** Result of a check. */
export interface CheckResult {
  /** Deno's diagnostics; `undefined` when the code has no errors. */
  readonly diagnostics: string | undefined;
  /** Absolute paths of the local modules that the entry needs, missing ones included. */
  readonly modules: readonly string[];
  /**
   * Text of the lock file that pins what the check resolved; missing when the check failed, when
   * the folder has a lock file, or when nothing needs one.
   */
  readonly lock?: string | undefined;
  /** Key of the installed packages; missing when the check installed none. */
  readonly packages?: string | undefined;
  /**
   * The host or the network failed, so another check may succeed without new code. Without
   * diagnostics, only a start can show whether the missing module is needed.
   */
  readonly isPassing?: boolean;
  readonly exhausted?: Exhausted;
  /** Only the type check found errors: at another level, the code would start. */
  readonly isTypesOnly?: boolean;
  /** Errors that do not prevent the start at this level. */
  readonly warning?: string;
}

const MAX_OUTPUT_BYTES = 4 * 1024 * 1024;
const MAX_MODULES = 10_000;

/**
 * Type-checks a function's code like Deno, and fills the module cache. It does not run the
 * function's code, but Deno reads its configuration and imports, which are as untrusted as its
 * code, see {@linkcode CheckPlace}.
 */
export async function checkFunction(options: CheckOptions): Promise<CheckResult> {
  const { place, functionsDirectory, directory, realDirectory, bounds, onLook } = options;
  using timeout = openTimeout(bounds.timeoutMs);
  const { cpuTimeMs } = place;
  await using use = watchUse({ maxCpuMs: bounds.cpuTimeMs, cpuTimeMs, onLook });
  const signal = AbortSignal.any([options.signal, timeout.signal, use.signal]);
  const stopped = (): "cpu" | "time" | undefined => {
    if (use.signal.aborted) return "cpu";
    return timeout.signal.aborted ? "time" : undefined;
  };
  const boundAt = async (code: number): Promise<ReturnType<typeof endOf>> =>
    endOf({ code, cpuMs: await use.used(), stopped: stopped() }, bounds);
  const { NO_COLOR: _, ...plain } = place.env;
  const env = { ...plain, [options.isColoured ? "FORCE_COLOR" : "NO_COLOR"]: "1" };
  const execute = (inner: string[], around = place.around): ReturnType<typeof runBounded> => {
    const { command, ...input } = around(inner);
    const common = { signal, maxBytes: MAX_OUTPUT_BYTES, onSpawn: use.follow };
    return runBounded(command, { ...place, ...input, ...common, env });
  };
  const resultOf = async (
    output: BoundedOutput,
    modules: readonly string[],
  ): Promise<CheckResult> => {
    const ended = await boundAt(output.code);
    if (ended !== undefined) return { ...ended, modules };
    const errors = output.stderr.trim();
    const { ownLock, entry } = options;
    const diagnostics = errors === ""
      ? `deno exited with ${output.code}`
      : withLockHint(errors, { ownLock, entry });
    return { diagnostics, modules, ...(namesPassingFailure(errors) ? { isPassing: true } : {}) };
  };
  const isPinned = options.ownLock !== undefined;
  await using made = isPinned ? undefined : await openMadeLock(place.cache, options.knownLock);
  const lock = made && { path: made.path, isFrozen: false };
  const commands = { ...options, lock };
  const plan = options.packages && options.install;
  // Code may require packages by names that no module graph shows.
  const locked = plan !== undefined && lock !== undefined
    ? await execute(lockCommand(commands, place.deno))
    : undefined;
  options.signal.throwIfAborted();
  if (stopped() !== undefined) return { ...(await boundAt(locked?.code ?? 0))!, modules: [] };
  const checkTypes = async (): Promise<BoundedOutput> => {
    const command = checkCommand(commands, place.deno);
    const output = await execute(command);
    if (output.success || place.types === undefined || stopped() !== undefined) return output;
    return missesEdgeRuntime(output.stderr) ? await execute([...command, place.types]) : output;
  };
  const checked = options.checkTypes ? withoutNodeTypes(await checkTypes()) : undefined;
  options.signal.throwIfAborted();
  if (stopped() !== undefined) return { ...(await boundAt(checked?.code ?? 0))!, modules: [] };
  const graph = await execute(infoCommand(commands, place.deno));
  options.signal.throwIfAborted();
  const parsed = parseModules(graph.stdout, functionsDirectory);
  const modules = parsed ?? [];
  if (stopped() !== undefined) return { ...(await boundAt(graph.code))!, modules };
  const failed = [locked, checked, graph].find((output) => output !== undefined && !output.success);
  const directories = [directory, realDirectory];
  const stray = findStrayImports(graph.stdout, { functionsDirectory, directories })
    .map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`);
  // Deno only reports that the file is missing.
  if (stray.length > 0) return { diagnostics: stray.join("\n"), modules };
  if (failed !== undefined) {
    const isTypesOnly = failed === checked && graph.success &&
      moduleErrors(graph.stdout).length === 0;
    const result = await resultOf(failed, modules);
    return isTypesOnly && result.exhausted === undefined ? { ...result, isTypesOnly } : result;
  }
  if (parsed === undefined) {
    return { diagnostics: "The module graph is too large to read", modules };
  }
  const workers = await addWorkers(parsed, {
    directory,
    async readGraph(worker) {
      if (stopped() !== undefined) return { modules: [], isPassing: false };
      const entry = relative(directory, worker);
      const output = await execute(infoCommand({ ...commands, entry }, place.deno));
      options.signal.throwIfAborted();
      const found = parseModules(output.stdout, functionsDirectory) ?? [];
      const errors = [output.stderr, ...moduleErrors(output.stdout)];
      return { modules: found, isPassing: errors.some(namesPassingFailure) };
    },
  });
  if (stopped() !== undefined) return { ...(await boundAt(graph.code))!, modules };
  const isPassing = workers.isPassing || moduleErrors(graph.stdout).some(namesPassingFailure);
  const common = { modules: workers.modules, ...(isPassing ? { isPassing } : {}) };
  let text: string | undefined;
  try {
    text = await made?.read();
  } catch (error) {
    if (!(error instanceof LockError)) throw error;
    return { ...common, diagnostics: error.message };
  }
  if (plan === undefined) return { ...common, diagnostics: undefined, lock: text };
  const installed = await installPackages({
    plan,
    packages: options.packages!,
    lockText: text,
    commands: { ...commands, lock: lock && { ...lock, isFrozen: true } },
    directory,
    workers: workers.workers,
    deno: place.deno,
    execute,
  });
  options.signal.throwIfAborted();
  if (installed.type === "failed") return await resultOf(installed.output, workers.modules);
  return { ...common, diagnostics: undefined, lock: text, packages: installed.key };
}

/** Deno's error for a `node_modules` directory without the types of Node's modules. */
const NO_NODE_TYPES = "Could not find a matching package for 'npm:@types/node'";

/**
 * Returns `undefined` if Deno could not check types only because `node_modules` has no
 * `@types/node`, as in a project in JavaScript: the code does not need it to run.
 */
function withoutNodeTypes(output: BoundedOutput): BoundedOutput | undefined {
  return !output.success && output.stderr.includes(NO_NODE_TYPES) ? undefined : output;
}

/** Returns load errors of modules, which Deno does not report without a type check. */
function moduleErrors(json: string): string[] {
  return (parseGraph(json) ?? []).flatMap(({ error }) => error === undefined ? [] : [error]);
}

/**
 * Returns the local modules of a graph in the functions directory; `undefined` when the text is not
 * a graph, because it was truncated or empty.
 *
 * @example
 * ```ts
 * import { parseModules } from "./check.ts";
 * parseModules('{"modules":[{"specifier":"file:///f/a/index.ts"}]}', "/f"); // ["/f/a/index.ts"]
 * ```
 */
export function parseModules(json: string, functionsDirectory: string): string[] | undefined {
  const modules = parseGraph(json);
  if (modules === undefined) return undefined;
  return modules
    .map((module) => module.specifier)
    .filter((specifier) => specifier.startsWith("file://"))
    .slice(0, MAX_MODULES)
    .map(localPath)
    .filter((path) => path !== undefined)
    .filter((path) => path.startsWith(`${functionsDirectory}/`))
    .sort();
}
