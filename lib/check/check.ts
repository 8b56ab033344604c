import { runBounded } from "../process/bounded_output.ts";
import { checkCommand, infoCommand, type ModuleOptions } from "../sandbox/deno_command.ts";
import { type CheckBounds, endOf, type Exhausted } from "./check_bounds.ts";
import type { CheckPlace } from "./check_place.ts";
import { localPath } from "./local_path.ts";
import { parseGraph } from "./module_graph.ts";
import { namesPassingFailure } from "./passing_diagnostics.ts";
import { findStrayImports } from "./stray_imports.ts";
import { watchUse } from "./use_watch.ts";

/** What is checked, and from where. */
export interface CheckOptions extends ModuleOptions {
  readonly functionsDirectory: string;
  /** The function's directory, where its source shows to the check. */
  readonly directory: string;
  /** The real path of that, with all links followed. */
  readonly realDirectory: string;
  /** A file of the function's directory; the function's entry when left out. */
  readonly entry?: string | undefined;
  /** The place in which the commands run. */
  readonly place: CheckPlace;
  /** Ask for types, or for the module graph alone. */
  readonly checkTypes: boolean;
  /** Diagnostics come in colours. */
  readonly isColoured?: boolean | undefined;
  readonly bounds: CheckBounds;
  /** Told, twice a second, whether it uses no processor and waits for somebody else. */
  readonly onLook?: ((isIdle: boolean) => void) | undefined;
  readonly signal: AbortSignal;
}

/** What a check found. */
export interface CheckResult {
  /** Deno's own diagnostics; `undefined` when there is nothing to say against the code. */
  readonly diagnostics: string | undefined;
  /** Absolute paths of the modules that the entry needs, also of those that are missing. */
  readonly modules: readonly string[];
  /**
   * The host or the network failed, so that the same check may have another result later. Without
   * diagnostics, a module is missing that nothing but a start can tell whether it is needed.
   */
  readonly isPassing?: boolean;
  /** Which of its bounds ended the check, if one did. */
  readonly exhausted?: Exhausted;
}

const MAX_OUTPUT_BYTES = 4 * 1024 * 1024;
const MAX_MODULES = 10_000;

/**
 * Checks a function's code as Deno does and fills the module cache. No code of the function is run;
 * but configuration and imports of the function are read, and they are no more to be trusted than
 * its code: see {@linkcode CheckPlace}.
 */
export async function checkFunction(options: CheckOptions): Promise<CheckResult> {
  const { place, functionsDirectory, directory, realDirectory, bounds, onLook } = options;
  const timeout = AbortSignal.timeout(bounds.timeoutMs);
  const { cpuTimeMs } = place;
  await using use = watchUse({ maxCpuMs: bounds.cpuTimeMs, cpuTimeMs, onLook });
  const signal = AbortSignal.any([options.signal, timeout, use.signal]);
  const stopped = (): "cpu" | "time" | undefined => {
    if (use.signal.aborted) return "cpu";
    return timeout.aborted ? "time" : undefined;
  };
  const boundAt = async (code: number): Promise<ReturnType<typeof endOf>> =>
    endOf({ code, cpuMs: await use.used(), stopped: stopped() }, bounds);
  const { NO_COLOR: _, ...plain } = place.env;
  const env = { ...plain, [options.isColoured ? "FORCE_COLOR" : "NO_COLOR"]: "1" };
  const execute = (inner: string[]): ReturnType<typeof runBounded> => {
    const { command, ...input } = place.around(inner);
    const common = { signal, maxBytes: MAX_OUTPUT_BYTES, onSpawn: use.follow };
    return runBounded(command, { ...place, ...input, ...common, env });
  };
  const checked = options.checkTypes ? await execute(checkCommand(options, place.deno)) : undefined;
  options.signal.throwIfAborted();
  if (stopped() !== undefined) return { ...(await boundAt(checked?.code ?? 0))!, modules: [] };
  const graph = await execute(infoCommand(options, place.deno));
  options.signal.throwIfAborted();
  const parsed = parseModules(graph.stdout, functionsDirectory);
  const modules = parsed ?? [];
  if (stopped() !== undefined) return { ...(await boundAt(graph.code))!, modules };
  const failed = [checked, graph].find((output) => output !== undefined && !output.success);
  const directories = [directory, realDirectory];
  const stray = findStrayImports(graph.stdout, { functionsDirectory, directories })
    .map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`);
  // To Deno such a file is merely missing.
  if (stray.length > 0) return { diagnostics: stray.join("\n"), modules };
  if (failed !== undefined) {
    const ended = await boundAt(failed.code);
    if (ended !== undefined) return { ...ended, modules };
    const said = failed.stderr.trim();
    const diagnostics = said === "" ? `deno exited with ${failed.code}` : said;
    return { diagnostics, modules, ...(namesPassingFailure(said) ? { isPassing: true } : {}) };
  }
  const diagnostics = parsed === undefined ? "The module graph is too large to follow" : undefined;
  const isPassing = diagnostics === undefined &&
    moduleErrors(graph.stdout).some(namesPassingFailure);
  return { diagnostics, modules, ...(isPassing ? { isPassing } : {}) };
}

/** Without a type check, Deno finds nothing wrong with a graph whose modules it could not load. */
function moduleErrors(json: string): string[] {
  return (parseGraph(json) ?? []).flatMap(({ error }) => error === undefined ? [] : [error]);
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
