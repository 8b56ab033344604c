import type { ScheduleReport } from "./api.ts";
import type { Metric } from "./exposition.ts";

/** Returns the metrics of schedules: samples grow with the number of schedules. */
export function scheduleMetrics(schedules: readonly ScheduleReport[]): Metric[] {
  const labelsOf = (report: ScheduleReport): { function: string; schedule: string } => ({
    function: report.function,
    schedule: report.name,
  });
  return [
    {
      name: "ddsrv_schedule_runs_total",
      help: "Runs of a schedule by result; skipped and missed ones did not begin",
      type: "counter",
      samples: schedules.flatMap((report) =>
        Object.entries(report.runs).map(([result, value]) => ({
          labels: { ...labelsOf(report), result },
          value,
        }))
      ),
    },
    {
      name: "ddsrv_schedule_last_success_timestamp_seconds",
      help: "End of the last good run, in seconds since 1970; no sample before the first one",
      type: "gauge",
      samples: schedules.flatMap((report) =>
        report.lastOkAt === null
          ? []
          : [{ labels: labelsOf(report), value: Date.parse(report.lastOkAt) / 1_000 }]
      ),
    },
  ];
}
