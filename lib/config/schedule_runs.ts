import type { SourceReference } from "./source_reference.ts";

/** Which ticks of schedules a host runs. `auto` depends on the other settings. */
export const SCHEDULE_RUNS = ["auto", "all", "claimed", "none"] as const;

/** One of {@linkcode SCHEDULE_RUNS}. */
export type ScheduleRuns = typeof SCHEDULE_RUNS[number];

/** Settings that decide which ticks a host runs. */
export interface ScheduleRunsInput {
  readonly scheduleRuns: ScheduleRuns;
  readonly kvUrl: string | undefined;
  readonly source: SourceReference | undefined;
}

/**
 * Returns the ticks that this host runs: those that no other host has claimed if there is a store
 * for it. Without one, all, or none with a source: it is there for several hosts, and each of them
 * would make every run.
 */
export function scheduleRunsOf(
  { scheduleRuns, kvUrl, source }: ScheduleRunsInput,
): Exclude<ScheduleRuns, "auto"> {
  if (scheduleRuns !== "auto") return scheduleRuns;
  if (kvUrl !== undefined) return "claimed";
  return source === undefined ? "all" : "none";
}

/** Returns a warning with the remedy if schedules do not run although nobody has said so. */
export function describeIdleSchedules(input: ScheduleRunsInput): string | undefined {
  if (input.scheduleRuns !== "auto" || scheduleRunsOf(input) !== "none") return undefined;
  return "Schedules do not run here: with --source, several hosts may have the same ones, and no " +
    "--kv-url is set by which they could agree. Set --kv-url on all hosts, or --schedule-runs all " +
    "on one host and --schedule-runs none on the others";
}
