import type { Schedule } from "../../lib/config/schedule.ts";
import type { EndedRun } from "../../lib/schedules/schedule_record.ts";
import { describeDuration } from "../../lib/system/describe_duration.ts";
import type { Change } from "./describe_change.ts";

/** Describes a run of a schedule that has ended, for the console. */
export function describeRun({ name }: Pick<Schedule, "name">, run: EndedRun): Change {
  return {
    event: "scheduled",
    message: `schedule "${name}" ${describeEnd(run)}`,
    details: [],
    isRepeat: false,
  };
}

/** Describes how a run ended, without its name. */
export function describeEnd(
  { result, durationMs, attempts, status, reason }: Omit<EndedRun, "tickMs" | "startedAtMs">,
): string {
  const again = attempts > 1 ? ` (${attempts} attempts)` : "";
  switch (result) {
    case "ok":
      return `answered ${status} in ${describeDuration(durationMs)}${again}`;
    case "failed":
      return `failed${again}: ${reason}`;
    case "interrupted":
      return `was interrupted${again}: ${reason}`;
    default:
      return result satisfies never;
  }
}
