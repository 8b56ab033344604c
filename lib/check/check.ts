import { runBounded } from "../process/bounded_output.ts";
import { checkCommand, infoCommand, type ModuleOptions } from "../sandbox/deno_command.ts";
import { type CheckPlace, KILLED } from "./check_place.ts";
import { localPath } from "./local_path.ts";
import { namesPassingFailure } from "./passing_diagnostics.ts";
import { findStrayImports } from "./stray_imports.ts";

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
  readonly exhausted?: "memory" | "time";
}

const MAX_OUTPUT_BYTES = 4 * 1024 * 1024;
const MAX_MODULES = 10_000;
const KILLS: readonly number[] = [133, 134, 137, 152, 153];
const TIMEOUT_MS = 60_000;
const TOO_LONG = `The check did not end within ${TIMEOUT_MS / 1000} s`;

/**
 * Checks a function's code as Deno does and fills the module cache. No code of the function is run;
 * but configuration and imports of the function are read, and they are no more to be trusted than
 * its code: see {@linkcode CheckPlace}.
 */
export async function checkFunction(options: CheckOptions): Promise<CheckResult> {
  const { place, functionsDirectory, directory, realDirectory } = options;
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const signal = AbortSignal.any([options.signal, timeout]);
  const { NO_COLOR: _, ...plain } = place.env;
  const env = { ...plain, [options.isColoured ? "FORCE_COLOR" : "NO_COLOR"]: "1" };
  const execute = (inner: string[]): ReturnType<typeof runBounded> => {
    const { command, ...input } = place.around(inner);
    return runBounded(command, { ...place, ...input, env, signal, maxBytes: MAX_OUTPUT_BYTES });
  };
  const checked = options.checkTypes ? await execute(checkCommand(options, place.deno)) : undefined;
  options.signal.throwIfAborted();
  if (timeout.aborted) return { diagnostics: TOO_LONG, modules: [], exhausted: "time" };
  const graph = await execute(infoCommand(options, place.deno));
  options.signal.throwIfAborted();
  const parsed = parseModules(graph.stdout, functionsDirectory);
  const modules = parsed ?? [];
  if (timeout.aborted) return { diagnostics: TOO_LONG, modules, exhausted: "time" };
  const failed = [checked, graph].find((output) => output !== undefined && !output.success);
  const directories = [directory, realDirectory];
  const stray = findStrayImports(graph.stdout, { functionsDirectory, directories })
    .map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`);
  // To Deno such a file is merely missing.
  if (stray.length > 0) return { diagnostics: stray.join("\n"), modules };
  if (failed !== undefined) {
    // bwrap gives 128 and the signal's number: SIGTRAP and SIGABRT of
    // V8 and Rust without memory, SIGKILL, SIGXCPU, SIGXFSZ.
    if (KILLS.includes(failed.code)) return { diagnostics: KILLED, modules, exhausted: "time" };
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
  const { modules = [] } = JSON.parse(json) as { readonly modules?: readonly GraphModule[] };
  return modules.flatMap(({ error }) => error === undefined ? [] : [error]);
}

/** One entry of `deno info --json`; a module that can't be loaded has only its specifier. */
interface GraphModule {
  readonly specifier: string;
  readonly error?: string;
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
