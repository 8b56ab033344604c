import type { StartedProcess } from "../isolation/isolation.ts";
import { describeExit, type Exit } from "../process/exit.ts";
import type { Endpoint } from "../system/endpoint.ts";
import { describeDuration } from "../system/describe_duration.ts";
import { openTimeout } from "../system/timeout_signal.ts";
import { type HealthCheck, waitUntilHealthy } from "./health.ts";

/** Advice for a function that does not listen. */
export const LISTEN_HINT = "Call Deno.serve(handler), or export default { fetch }";

/** Options of {@linkcode waitUntilReady}. */
export interface StartOptions {
  readonly startTimeoutMs: number;
  /** Health check that the instance must pass once it listens, if any. */
  readonly health?: HealthCheck | undefined;
  readonly signal: AbortSignal;
  /** Called when the process exists; it may not listen yet. */
  readonly onPid: (pid: number) => void;
}

/** Result of {@linkcode waitUntilReady}. */
export type Start =
  | { readonly type: "listening"; readonly endpoint: Endpoint; readonly pid: number }
  | {
    readonly type: "not-ready";
    readonly reason: string;
    /** True if a retry may succeed: the host was busy, or a dependency was not up yet. */
    readonly isTransient: boolean;
  };

/**
 * Waits until a process listens and is healthy, until it exits, or until the timeout or the signal.
 */
export async function waitUntilReady(
  { process, findEndpoint, explain }: Pick<StartedProcess, "process" | "findEndpoint" | "explain">,
  options: StartOptions,
): Promise<Start> {
  const { startTimeoutMs, health } = options;
  const over = new AbortController();
  using timeout = openTimeout(startTimeoutMs);
  const signal = AbortSignal.any([over.signal, timeout.signal, options.signal]);
  let exit: Exit | undefined;
  const ended = process.ended.then((value) => {
    exit = value;
    over.abort();
  });
  const pid = await process.findPid(signal);
  if (pid !== undefined) options.onPid(pid);
  const endpoint = pid === undefined ? undefined : await findEndpoint(pid, signal);
  const problem = endpoint === undefined || health === undefined || exit !== undefined
    ? undefined
    : await waitUntilHealthy(endpoint, health, { signal });
  // The search ends when the process is gone; its exit status arrives a little later.
  const isGone = endpoint === undefined && !signal.aborted;
  if (over.signal.aborted || isGone) await ended;
  if (exit !== undefined) {
    const before = endpoint === undefined ? "listening on a port" : "becoming healthy";
    // The function chose its exit code; a signal comes from the host or the memory limit.
    const isTransient = exit.signal !== undefined || exit.exhaustedBytes !== undefined;
    return { type: "not-ready", reason: describeEnd(exit, before), isTransient };
  }
  if (problem !== undefined) {
    const reason =
      `Listens but is not healthy: GET ${
        health!.path
      }: ${problem}. Answer with a status below 400, ` +
      "or change healthPath";
    return { type: "not-ready", reason, isTransient: true };
  }
  if (pid !== undefined && endpoint !== undefined) return { type: "listening", endpoint, pid };
  const reason = pid === undefined ? undefined : await explain(pid);
  return {
    type: "not-ready",
    reason: reason ??
      `Did not listen on any port within ${describeDuration(startTimeoutMs)}. ${LISTEN_HINT}`,
    isTransient: reason === undefined,
  };
}

function describeEnd(exit: Exit, before: string): string {
  const text = describeExit(exit, ` before ${before}`).replace(/^was /, "");
  const hint = exit.code === 0 ? ". A function must keep listening" : "";
  return text[0]!.toUpperCase() + text.slice(1) + hint;
}
