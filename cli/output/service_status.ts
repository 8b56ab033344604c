import type { Status } from "../../lib/supervisor/state.ts";
import { describeProgress } from "./describe_progress.ts";

/** States that do not serve for long, in the order of the status line. */
const DOWN: readonly Status[] = ["failed", "hung", "backoff", "stopped"];

/**
 * Summarizes the status of all functions in one line, for `systemctl status`.
 *
 * @example
 * ```ts
 * import { describeService } from "./service_status.ts";
 * describeService(new Map([["a", "failed"], ["b", "ready"]])); // "2 functions, 1 up, 1 failed"
 * ```
 */
export function describeService(statuses: ReadonlyMap<string, Status>): string {
  const all = [...statuses.values()];
  const count = (...wanted: readonly Status[]): number =>
    all.filter((status) => wanted.includes(status)).length;
  const progress = describeProgress(statuses);
  const parts = [
    `${all.length} function${all.length === 1 ? "" : "s"}`,
    `${count("ready", "idle")} up`,
    ...DOWN.filter((status) => count(status) > 0).map((status) => `${count(status)} ${status}`),
  ];
  return parts.join(", ") + (progress === "" ? "" : `; ${progress}`);
}
