import type { FunctionReport } from "../../lib/control/api.ts";
import type { ControlClient } from "../../lib/control/control_client.ts";
import type { Progress } from "../output/progress.ts";

/** Which function is waited for. */
export interface ServedWait {
  readonly name: string;
  readonly timeoutMs: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/**
 * Waits until nothing is under way for a function, telling what is; gives how it is then, or when
 * the time is over.
 */
export async function waitUntilSettled(
  control: ControlClient,
  { name, timeoutMs, progress, signal }: ServedWait,
): Promise<FunctionReport | undefined> {
  const untilMs = performance.now() + timeoutMs;
  const find = (wait: Parameters<ControlClient["find"]>[1]): Promise<FunctionReport | undefined> =>
    control.find(name, wait);
  // Nothing may be known of it while its files are not at rest.
  let report = await find({ until: "changed", since: "arriving", timeoutMs, signal });
  while (report !== undefined && report.pending !== null) {
    progress.show(report.pending);
    const leftMs = untilMs - performance.now();
    if (leftMs <= 0) break;
    report = await find({ until: "changed", since: report.pending, timeoutMs: leftMs, signal });
  }
  return report;
}

/** Whether a function serves, or will with its next request, and nothing is wrong with its code. */
export function isWell({ status, reason, pending }: FunctionReport): boolean {
  return (status === "ready" || status === "idle") && reason === null && pending === null;
}
