import { relative } from "node:path";
import type { FunctionPolicy } from "../function/policy.ts";
import type { InstalledPackages } from "../isolation/installed_packages.ts";
import type {
  DebugStart,
  Isolation,
  Parking,
  SandboxOptions,
  StartedProcess,
  StartOptions,
} from "../isolation/isolation.ts";
import { createOutputExcerpt } from "../process/output_excerpt.ts";
import { stopProcess } from "../process/stop.ts";
import type { ModuleOptions } from "../sandbox/deno_command.ts";
import type { CodeStart, KeptCode } from "./kept_code.ts";
import type { KeptPackages } from "./kept_packages.ts";

/** Resources of the supervisor that every start uses. */
export interface StartResources {
  readonly isolation: Isolation;
  readonly keptPackages: Pick<KeptPackages, "hold">;
  readonly keptCode: Pick<KeptCode, "choose">;
  /** Returns the module cache of a function; creates it if it is missing. */
  readonly cacheOf: (name: string) => Promise<string>;
}

/** Receives the output and the problems of a started process. */
export interface StartReport {
  readonly onWarning: (message: string) => void;
  readonly onLine: StartOptions["onLine"];
  readonly onRefused?: SandboxOptions["onRefused"];
}

/** A start of a function that has passed its check. */
export interface CheckedStart {
  readonly name: string;
  readonly directory: string;
  readonly context: StartResources;
  readonly revision: string;
  readonly policy: FunctionPolicy;
  readonly moduleOptions: ModuleOptions;
  /** Absolute paths of its env files besides `.env`. */
  readonly envFiles: readonly string[];
  /** Path of the lock file that the check of this revision made, if it made one. */
  readonly lock: string | undefined;
  /** Packages that the check of this revision installed, if it installed any. */
  readonly packages?: InstalledPackages | undefined;
  /** Directory of its source, if that is not its folder. */
  readonly source?: string | undefined;
  /** A person debugs the instance; nobody when left out. */
  readonly debug?: DebugStart | undefined;
}

/** A sandbox with its process. Disposing of it stops the process and removes the sandbox. */
export interface PreparedStart extends AsyncDisposable {
  readonly started: StartedProcess;
  readonly namespace: string | undefined;
  /** First and last lines of its output. */
  readonly excerpt: () => string;
  /** Present egress and port problems; a sentence each. */
  readonly problems: () => readonly string[];
  /** Sends warnings and lines to a report from now on, with the present problems first. */
  readonly attach: (report: StartReport) => void;
  /** Skips the time that the process has to end by itself. */
  readonly force: () => void;
}

/** Options of {@linkcode prepareStart}. */
export interface PrepareOptions {
  /** Where the process waits; it starts at once when left out. */
  readonly parking?: Parking;
  readonly signal: AbortSignal;
}

/**
 * Opens a sandbox and spawns the function's process in it. If a step fails, it closes the others in
 * reverse order.
 */
export async function prepareStart(
  options: CheckedStart,
  { parking, signal }: PrepareOptions,
): Promise<PreparedStart> {
  const { name, context, policy, packages } = options;
  signal.throwIfAborted();
  await using stack = new AsyncDisposableStack();
  let report: StartReport | undefined;
  const problems = createProblems((problem) => report?.onWarning(problem));
  const sandbox = stack.use(
    await context.isolation.openSandbox({
      name,
      egress: policy.egress,
      bandwidthBits: policy.bandwidthBits,
      onProblems: problems.change,
      onRefused: (connection) => report?.onRefused?.(connection),
    }),
  );
  signal.throwIfAborted();
  if (packages !== undefined) stack.use(context.keptPackages.hold(name, packages));
  const output = createOutputExcerpt(name);
  const start = await startOptions(options, {
    parking,
    onLine(stream, line) {
      output.push(line);
      return report?.onLine(stream, line);
    },
  });
  const started = await sandbox.spawn(start);
  const force = new AbortController();
  stack.defer(async () => {
    await stopProcess(started.process, { graceMs: policy.stopGraceMs, force: force.signal });
  });
  const owned = stack.move();
  return {
    started,
    namespace: sandbox.namespace,
    excerpt: output.text,
    problems: problems.current,
    attach(next) {
      report = next;
      problems.current().forEach(next.onWarning);
    },
    force: () => force.abort(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Returns the options of a sandbox's process. */
export async function startOptions(
  checked: CheckedStart,
  { parking, onLine }: Pick<StartOptions, "parking" | "onLine">,
): Promise<StartOptions> {
  const { name, directory, source, context, policy, moduleOptions, envFiles } = checked;
  const { lock, packages, debug } = checked;
  const start = codeStart(checked);
  return {
    directory,
    source,
    policy,
    moduleOptions,
    envFiles: envFiles.map((file) => relative(source ?? directory, file)),
    lock,
    packages,
    hasDependencies: start.hasDependencies,
    code: debug === undefined ? await context.keptCode.choose(start) : undefined,
    debug,
    cacheDirectory: await context.cacheOf(name),
    parking,
    onLine,
  };
}

/** Returns the facts by which a start gets a code cache. */
export function codeStart(
  { name, revision, moduleOptions, policy, lock, packages }: CheckedStart,
): CodeStart {
  const { nodeModules, isVendored, ownLock } = moduleOptions;
  const hasDependencies = nodeModules === "manual" || isVendored === true ||
    (ownLock ?? lock ?? packages) !== undefined;
  return { name, revision, moduleOptions, policy, hasDependencies };
}

/** Present problems of an instance; warns about each when it begins. */
interface Problems {
  readonly change: (problems: readonly string[]) => void;
  readonly current: () => readonly string[];
}

function createProblems(onWarning: (message: string) => void): Problems {
  let current: readonly string[] = [];
  return {
    change(problems) {
      for (const problem of problems) if (!current.includes(problem)) onWarning(problem);
      current = problems;
    },
    current: () => current,
  };
}
