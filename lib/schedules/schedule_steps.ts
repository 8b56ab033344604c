import type { CronLine } from "../config/cron_line.ts";
import type { Schedule } from "../config/schedule.ts";
import { findDueTick, LATE_MS } from "./due_tick.ts";
import {
  type BegunRun,
  type EndedRun,
  NO_RUNS,
  type RunCounts,
  type ScheduleRecord,
} from "./schedule_record.ts";

/** The next record, and the tick for which a run begins now, if any. */
export interface ScheduleStep {
  readonly record: ScheduleRecord;
  readonly dueMs: number | undefined;
}

/** A tick that was seen and is further in the future was seen by a clock that was wrong. */
const MAX_AHEAD_MS = 24 * 3_600_000;

/**
 * Returns the record of a schedule of a manifest. It continues with what is known, unless the cron
 * line is another one.
 */
export function continueRecord(
  known: ScheduleRecord | undefined,
  { cron, timezone }: Pick<Schedule, "cron" | "timezone">,
  nowMs: number,
): ScheduleRecord {
  const line = `${cron} ${timezone}`;
  return known?.line === line ? known : { counts: NO_RUNS, ...known, line, seenMs: nowMs };
}

/** Returns true if the clock was set back by more than a day since the last tick. */
export function isAhead({ seenMs }: ScheduleRecord, nowMs: number): boolean {
  return seenMs > nowMs + MAX_AHEAD_MS;
}

/** Handles the ticks that have passed. `isBusy`: a run goes on. */
export function passTicks(
  record: ScheduleRecord,
  { catchUp, overlap }: Pick<Schedule, "catchUp" | "overlap">,
  { line, nowMs, isBusy }: {
    readonly line: CronLine;
    readonly nowMs: number;
    readonly isBusy: boolean;
  },
): ScheduleStep {
  const { dueMs, seenMs, missed } = findDueTick(line, { ...record, nowMs, catchUp });
  const seen = count({ ...record, seenMs }, { missed });
  if (dueMs === undefined || !isBusy) return { record: seen, dueMs };
  const isQueued = overlap === "queue" && record.queuedMs === undefined;
  return {
    record: isQueued ? { ...seen, queuedMs: dueMs } : count(seen, { skipped: 1 }),
    dueMs: undefined,
  };
}

/**
 * Takes the tick that had to wait for the end of a run. One from before `sinceMs`, the start of the
 * supervisor, may be late by now.
 */
export function takeQueued(
  record: ScheduleRecord,
  { catchUp }: Pick<Schedule, "catchUp">,
  { nowMs, sinceMs }: { readonly nowMs: number; readonly sinceMs: number },
): ScheduleStep {
  const { queuedMs, ...rest } = record;
  if (queuedMs === undefined) return { record, dueMs: undefined };
  const isLate = !catchUp && queuedMs < sinceMs && nowMs - queuedMs > LATE_MS;
  return isLate
    ? { record: count(rest, { missed: 1 }), dueMs: undefined }
    : { record: rest, dueMs: queuedMs };
}

/** Adds the end of a run. */
export function endRun(record: ScheduleRecord, ended: EndedRun, nowMs: number): ScheduleRecord {
  const { running: _, ...rest } = record;
  const okAtMs = ended.result === "ok" ? { okAtMs: nowMs } : {};
  return count({ ...rest, last: ended, ...okAtMs }, { [ended.result]: 1 });
}

/** Takes back the beginning of a run that another host has. */
export function withoutRun({ running: _, ...rest }: ScheduleRecord): ScheduleRecord {
  return rest;
}

/** Returns the end of a run whose supervisor was killed: nobody knows if the function did its work. */
export function interruptedRun(begun: BegunRun): EndedRun {
  const reason = "ddsrv ended during the run";
  return { ...begun, result: "interrupted", durationMs: 0, attempts: 0, reason };
}

function count(record: ScheduleRecord, change: Partial<RunCounts>): ScheduleRecord {
  const counts = { ...record.counts };
  for (const [key, value] of Object.entries(change)) counts[key as keyof RunCounts] += value;
  return { ...record, counts };
}
