/** Which ticks of schedules a host runs. `auto` depends on the other settings. */
export const SCHEDULE_RUNS = ["auto", "all", "claimed", "none"] as const;

/** One of {@linkcode SCHEDULE_RUNS}. */
export type ScheduleRuns = typeof SCHEDULE_RUNS[number];

/**
 * Returns the ticks that this host runs: those that no other host has claimed if there is a store
 * for it, and otherwise all.
 */
export function scheduleRunsOf(
  { scheduleRuns, kvUrl }: {
    readonly scheduleRuns: ScheduleRuns;
    readonly kvUrl: string | undefined;
  },
): Exclude<ScheduleRuns, "auto"> {
  if (scheduleRuns !== "auto") return scheduleRuns;
  return kvUrl === undefined ? "all" : "claimed";
}
