import type { FunctionReport } from "../../lib/control/api.ts";
import type { ControlClient } from "../../lib/control/control_client.ts";
import type { Progress } from "../output/progress.ts";

/** Options of {@linkcode waitUntilSettled}. */
export interface ServedWait {
  readonly name: string;
  readonly timeoutMs: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/**
 * Waits until no change of a function is pending, or the timeout is over, and shows each step that
 * is new. Returns the last report; `undefined` if the function does not exist.
 */
export async function waitUntilSettled(
  control: ControlClient,
  { name, timeoutMs, progress, signal }: ServedWait,
): Promise<FunctionReport | undefined> {
  const untilMs = performance.now() + timeoutMs;
  const find = (wait: Parameters<ControlClient["find"]>[1]): Promise<FunctionReport | undefined> =>
    control.find(name, wait);
  // The supervisor may not know the function before its files have settled.
  let report = await find({ until: "changed", since: "arriving", timeoutMs, signal });
  let isStarted = false;
  while (report !== undefined && report.pending !== null) {
    // The files that a check found must rest too; for the user, that is no new step.
    if (report.pending !== "arriving" || !isStarted) progress.show(report.pending);
    isStarted ||= report.pending !== "arriving";
    const leftMs = untilMs - performance.now();
    if (leftMs <= 0) break;
    report = await find({ until: "changed", since: report.pending, timeoutMs: leftMs, signal });
  }
  return report;
}

/** Returns true if a function is ready or idle, has no problem and no pending change. */
export function isWell({ status, reason, pending }: FunctionReport): boolean {
  return (status === "ready" || status === "idle") && reason === null && pending === null;
}
