import { describeExit, type Exit } from "../process/exit.ts";
import { readListeners, waitForListener } from "../process/readiness.ts";
import type { Listener } from "../process/socket_table.ts";
import type { FunctionProcess } from "../process/spawn.ts";

/** How {@linkcode waitUntilReady} waits. */
export interface StartOptions {
  readonly preferredPort: number;
  readonly startTimeoutMs: number;
  readonly signal: AbortSignal;
  /** The process is there; it may not listen yet. */
  readonly onPid: (pid: number) => void;
}

/** What came of a start. */
export type Start =
  | { readonly type: "listening"; readonly listener: Listener }
  | { readonly type: "not-ready"; readonly reason: string };

/** Waits until a process listens, raced against its end, the time-out and the caller's signal. */
export async function waitUntilReady(
  process: FunctionProcess,
  options: StartOptions,
): Promise<Start> {
  const { preferredPort, startTimeoutMs } = options;
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
    const listener = await waitForListener({ pid, preferredPort, signal });
    if (listener !== undefined && exit === undefined) return { type: "listening", listener };
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
  const listeners = pid === undefined ? [] : await readListeners(pid);
  const [unreachable] = listeners.filter((one) => one.scope === "unreachable");
  const reason = unreachable === undefined
    ? `It did not listen on any port within ${seconds} s`
    : `It listens on an IPv6 address alone (port ${unreachable.port}); use 0.0.0.0 or 127.0.0.1`;
  return { type: "not-ready", reason };
}
