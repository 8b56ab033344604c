import type { StartedProcess } from "../isolation/isolation.ts";
import { describeExit, type Exit } from "../process/exit.ts";
import type { Endpoint } from "../system/endpoint.ts";
import { describeDuration } from "../system/describe_duration.ts";
import { type HealthCheck, waitUntilHealthy } from "./health.ts";

/** Advice for a function that does not listen. */
export const LISTEN_HINT =
  "A function listens with Deno.serve(handler), or has export default { fetch }";

/** How {@linkcode waitUntilReady} waits. */
export interface StartOptions {
  readonly startTimeoutMs: number;
  /** What is asked of it once it listens; nothing when there is none. */
  readonly health?: HealthCheck | undefined;
  readonly signal: AbortSignal;
  /** The process is there; it may not listen yet. */
  readonly onPid: (pid: number) => void;
}

/** What came of a start. */
export type Start =
  | { readonly type: "listening"; readonly endpoint: Endpoint; readonly pid: number }
  | {
    readonly type: "not-ready";
    readonly reason: string;
    /** Time can mend it: the host was busy or short of memory, or what it depends on is not up yet. */
    readonly isPassing: boolean;
  };

/**
 * Waits until a process listens and is healthy, raced against its end, the time-out and the caller's
 * signal.
 */
export async function waitUntilReady(
  { process, findEndpoint, explain }: StartedProcess,
  options: StartOptions,
): Promise<Start> {
  const { startTimeoutMs, health } = options;
  const over = new AbortController();
  const timeout = AbortSignal.timeout(startTimeoutMs);
  const signal = AbortSignal.any([over.signal, timeout, options.signal]);
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
  // One that is gone is not looked for any longer; how it ended is known a little later.
  const isGone = endpoint === undefined && !signal.aborted;
  if (over.signal.aborted || isGone) await ended;
  if (exit !== undefined) {
    const aim = endpoint === undefined ? "listened" : "was healthy";
    // An exit code is the function's own decision; a signal is the host's, or its memory limit's.
    const isPassing = exit.signal !== undefined || exit.exhaustedBytes !== undefined;
    return { type: "not-ready", reason: describeEnd(exit, aim), isPassing };
  }
  if (problem !== undefined) {
    const reason =
      `It listens, and is not healthy: GET ${health!.path}: ${problem}. Let it answer ` +
      "below 400, or change healthPath";
    return { type: "not-ready", reason, isPassing: true };
  }
  if (pid !== undefined && endpoint !== undefined) return { type: "listening", endpoint, pid };
  const reason = pid === undefined ? undefined : await explain(pid);
  return {
    type: "not-ready",
    reason: reason ??
      `It did not listen on any port within ${describeDuration(startTimeoutMs)}. ${LISTEN_HINT}`,
    isPassing: reason === undefined,
  };
}

function describeEnd(exit: Exit, aim: string): string {
  const hint = exit.code === 0 ? ". A function must go on listening" : "";
  return `It ended before it ${aim}: ${describeExit(exit)}${hint}`;
}
