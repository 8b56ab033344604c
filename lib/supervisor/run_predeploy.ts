import type { FunctionPolicy } from "../function/policy.ts";
import { describeExit, type Exit } from "../process/exit.ts";
import { createOutputExcerpt } from "../process/output_excerpt.ts";
import { describeDuration } from "../system/describe_duration.ts";
import { openTimeout } from "../system/timeout_signal.ts";
import { type OneOffOptions, type OneOffRequest, runInSandbox } from "./one_off_run.ts";
import type { Predeploys } from "./predeploys.ts";
import type { StartReport } from "./prepare_start.ts";
import { RunRefused } from "./run_refused.ts";
import type { Failure } from "./state.ts";

/** Options of {@linkcode runPredeploy}. */
export interface PredeployOptions {
  readonly name: string;
  readonly revision: string;
  readonly policy: Pick<FunctionPolicy, "predeploy" | "predeployTimeoutMs">;
  readonly predeploys: Predeploys;
  readonly report: Pick<StartReport, "onLine" | "onWarning">;
  /** Ends the script: newer code has come, or the function is gone. */
  readonly signal: AbortSignal;
  /** Runs a file of the folder, see `runInSandbox`. */
  readonly run: (request: OneOffRequest, signal: AbortSignal) => Promise<Exit>;
}

/**
 * Runs the predeploy script of a revision, unless it has succeeded before. Scripts of one function
 * run one after another. Returns why the revision can't serve; `undefined` if it can. Its failure
 * counts like that of a check: only new code or a reload tries again.
 *
 * @throws the reason of `signal` if that aborts
 */
export async function runPredeploy(
  options: PredeployOptions,
): Promise<Omit<Failure, "atMs" | "revision"> | undefined> {
  const { name, revision, policy: { predeploy }, predeploys } = options;
  if (predeploy === undefined || await predeploys.has(name, revision)) return undefined;
  return await predeploys.alone(name, async () => {
    options.signal.throwIfAborted();
    if (await predeploys.has(name, revision)) return undefined;
    const failure = await runFile(predeploy, options);
    options.signal.throwIfAborted();
    if (failure !== undefined) return failure;
    await predeploys.record(name, revision).catch((error) =>
      options.report.onWarning(
        `Cannot record that the predeploy script has run: ${error.message}. It runs again after a ` +
          "restart of ddsrv",
      )
    );
  });
}

async function runFile(
  file: string,
  { name, policy, report, signal, run }: PredeployOptions,
): Promise<Omit<Failure, "atMs" | "revision"> | undefined> {
  const { predeployTimeoutMs } = policy;
  const output = createOutputExcerpt(name);
  const failed = (reason: string, detail = output.text()): Omit<Failure, "atMs" | "revision"> => ({
    stage: "check",
    isTransient: false,
    reason: `The predeploy script ${reason}`,
    detail,
  });
  using timeout = openTimeout(predeployTimeoutMs);
  try {
    const exit = await run({
      words: [file],
      env: {},
      onLine(stream, line) {
        output.push(line);
        return report.onLine(stream, line);
      },
      onNote: report.onWarning,
      onStarted: () => {},
    }, AbortSignal.any([signal, timeout.signal]));
    if (!timeout.signal.aborted) {
      if (exit.code === 0) return undefined;
      const isPlain = exit.signal === undefined && exit.exhaustedBytes === undefined &&
        exit.excess === undefined;
      return failed(isPlain ? `failed with exit code ${exit.code}` : describeExit(exit));
    }
  } catch (error) {
    if (error instanceof RunRefused && !signal.aborted) return failed("can't run", error.message);
    if (!timeout.signal.aborted || signal.aborted) throw error;
  }
  const within = describeDuration(predeployTimeoutMs);
  return failed(`did not end within ${within}. Make it faster, or raise predeployTimeout`);
}

/** Returns how to run a file of a function's folder. */
export function runnerOf(
  options: Omit<OneOffOptions, "signal">,
): PredeployOptions["run"] {
  return (request, signal) => runInSandbox(request, { ...options, signal });
}
