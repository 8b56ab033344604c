import { relative } from "node:path";
import { findRunTarget, type RunTarget } from "../function/run_target.ts";
import type { OneOffStart, StartOptions } from "../isolation/isolation.ts";
import { describeExit, type Exit } from "../process/exit.ts";
import type { FunctionProcess } from "../process/spawn.ts";
import { hasPtyPrograms } from "../process/pty_command.ts";
import { stopProcess } from "../process/stop.ts";
import { baseEnvironment } from "../sandbox/deno_command.ts";
import { checkToRun } from "./check_to_run.ts";
import { egressBounds, refusedConnection } from "./refused_connection.ts";
import { RunRefused } from "./run_refused.ts";
import type { SupervisorContext } from "./supervisor_context.ts";

/** A request for a one-off run. */
export interface OneOffRequest extends Pick<OneOffStart, "terminal" | "onBytes"> {
  /** A file or task, and its arguments; a REPL if empty. */
  readonly words: readonly string[];
  /** Variables that only this run has; they win over all others. */
  readonly env: Readonly<Record<string, string>>;
  /** Receives the lines of the output, if `onBytes` is missing: the run has no input then. */
  readonly onLine?: StartOptions["onLine"];
  /** Receives a sentence about the run. */
  readonly onNote: (note: string) => void;
  /** Called when the process runs. */
  readonly onStarted: (
    process: FunctionProcess,
    has: { readonly hasTerminal: boolean },
  ) => void;
}

/** Options of {@linkcode runOnce}. */
export interface OneOffOptions {
  readonly name: string;
  readonly directory: string;
  readonly context: SupervisorContext;
  /** Ends the run: with SIGTERM, and after the function's grace time with SIGKILL. */
  readonly signal: AbortSignal;
}

/**
 * Runs a file of a function's folder in a new sandbox like that of an instance: with its user, data,
 * variables, egress, permissions and limits. Checks the file first as if it were the entry, which
 * fetches its modules. Resolves when the process has ended and everything is closed.
 *
 * @throws {RunRefused} if the file can't be run, its check fails, or there are too many runs
 * @throws the reason of `signal` if that aborts before the process runs
 */
export function runOnce(request: OneOffRequest, options: OneOffOptions): Promise<Exit> {
  return options.context.oneOffRuns.enter(options.name, (ended) => {
    const signal = AbortSignal.any([options.signal, ended]);
    return runInSandbox(request, { ...options, signal });
  });
}

/** Does what {@linkcode runOnce} does, and counts for no limit. */
export async function runInSandbox(request: OneOffRequest, options: OneOffOptions): Promise<Exit> {
  const { signal, context, name } = options;
  const start = await prepare(request, options);
  signal.throwIfAborted();
  const { policy, packages } = start;
  await context.parked.makeRoom(name);
  await using stack = new AsyncDisposableStack();
  const sandbox = stack.use(
    await context.isolation.openSandbox({
      name,
      egress: policy.egress,
      bandwidthBits: policy.bandwidthBits,
      onProblems: (problems) => problems.forEach(request.onNote),
      onRefused(connection) {
        const bounds = egressBounds(context.settings, { name, policy });
        const { text } = refusedConnection(connection, bounds);
        request.onNote(`The run's ${text}`);
      },
    }),
  );
  if (packages !== undefined) stack.use(context.keptPackages.hold(name, packages));
  signal.throwIfAborted();
  const started = await sandbox.spawn(start);
  const { process } = started;
  const note = (error: Error): void => request.onNote(error.message);
  const stop = (): void => {
    stopProcess(process, { graceMs: policy.stopGraceMs }).catch(note);
  };
  signal.addEventListener("abort", stop, { once: true });
  stack.defer(() => signal.removeEventListener("abort", stop));
  if (signal.aborted) stop();
  request.onStarted(process, { hasTerminal: start.oneOff?.terminal !== undefined });
  releaseMounts(started, signal).catch(note);
  const exit = await process.ended;
  if (exit.exhaustedBytes !== undefined || exit.excess !== undefined) {
    request.onNote(`The run ${describeExit(exit)}`);
  }
  return exit;
}

type FoundTarget = Exclude<RunTarget, { readonly type: "refused" }>;

/** Closes the files of the mounts when the sandbox has mounted everything. */
async function releaseMounts(
  { process, onPrepared }: Awaited<ReturnType<RunSandbox["spawn"]>>,
  signal: AbortSignal,
): Promise<void> {
  if (await process.findPid(signal) !== undefined) await onPrepared?.();
}

type RunSandbox = Awaited<ReturnType<SupervisorContext["isolation"]["openSandbox"]>>;

/** Reads the policy, finds and checks the file, and returns the options of its process. */
async function prepare(
  { words, env, terminal, onBytes, onLine = () => {}, onNote }: OneOffRequest,
  { name, directory, context, signal }: OneOffOptions,
): Promise<StartOptions> {
  const [word, ...args] = words;
  let target: FoundTarget | undefined;
  const checked = await checkToRun({
    name,
    directory,
    context,
    signal,
    async findFile() {
      if (word === undefined) return undefined;
      const found = await findRunTarget(directory, word);
      if (found.type === "refused") throw new RunRefused(found.reason);
      target = found;
      return found.file;
    },
  });
  const { envFiles, lock, packages, moduleOptions } = checked;
  const policy = { ...checked.policy, env: { ...checked.policy.env, ...env } };
  const hasPty = terminal === undefined || await hasPtyPrograms(baseEnvironment()["PATH"]!);
  if (!hasPty) onNote("The run has no terminal: the host has no script(1). Install util-linux");
  return {
    directory,
    source: undefined,
    policy,
    moduleOptions,
    envFiles: envFiles.map((file) => relative(directory, file)),
    lock,
    packages,
    cacheDirectory: await context.cacheOf(name),
    oneOff: {
      program: target === undefined ? { type: "repl" } : { type: "file", args },
      terminal: hasPty ? terminal : undefined,
      onBytes,
    },
    onLine,
  };
}
