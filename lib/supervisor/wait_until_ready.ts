import type { StartedProcess } from "../isolation/isolation.ts";
import { describeExit, type Exit } from "../process/exit.ts";
import type { Endpoint } from "../system/endpoint.ts";

/** How {@linkcode waitUntilReady} waits. */
export interface StartOptions {
  readonly startTimeoutMs: number;
  readonly signal: AbortSignal;
  /** The process is there; it may not listen yet. */
  readonly onPid: (pid: number) => void;
}

/** What came of a start. */
export type Start =
  | { readonly type: "listening"; readonly endpoint: Endpoint }
  | { readonly type: "not-ready"; readonly reason: string };

/** Waits until a process listens, raced against its end, the time-out and the caller's signal. */
export async function waitUntilReady(
  { process, findEndpoint, explain }: StartedProcess,
  options: StartOptions,
): Promise<Start> {
  const { startTimeoutMs } = options;
  const over = new AbortController();
  const timeout = AbortSignal.timeout(startTimeoutMs);
  const signal = AbortSignal.any([over.signal, timeout, options.signal]);
  let exit: Exit | undefined;
  const ended = process.ended.then((value) => {
    exit = value;
    over.abort();
  });
  const pid = await process.findPid(signal);
  if (pid !== undefined) {
    options.onPid(pid);
    const endpoint = await findEndpoint(pid, signal);
    if (endpoint !== undefined && exit === undefined) return { type: "listening", endpoint };
  }
  if (over.signal.aborted) await ended;
  if (exit !== undefined) {
    const hint = exit.code === 0 ? ". A function must go on listening" : "";
    return {
      type: "not-ready",
      reason: `It ended before it listened: ${describeExit(exit)}${hint}`,
    };
  }
  const seconds = startTimeoutMs / 1000;
  const reason = pid === undefined ? undefined : await explain(pid);
  return {
    type: "not-ready",
    reason: reason ?? `It did not listen on any port within ${seconds} s`,
  };
}
