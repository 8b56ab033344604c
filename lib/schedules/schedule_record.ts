import { jsonEntries } from "../system/json_entries.ts";

/** All results of a run. `interrupted`: ddsrv ended during it, so nobody knows its result. */
export const RUN_RESULTS = ["ok", "failed", "interrupted"] as const;

/** Result of a run. */
export type RunResult = typeof RUN_RESULTS[number];

/** A run of a schedule that has begun. All times are in milliseconds since 1970. */
export interface BegunRun {
  /** Time of the cron line for which it runs. */
  readonly tickMs: number;
  readonly startedAtMs: number;
  /** Somebody asked for it, outside of the cron line. */
  readonly isManual: boolean;
}

/** A run that has ended. */
export interface EndedRun extends BegunRun {
  readonly result: RunResult;
  readonly durationMs: number;
  /** Number of requests that were sent, or tried. */
  readonly attempts: number;
  /** Status of the last answer, if there was one. */
  readonly status?: number;
  /** Why it failed, in one sentence. */
  readonly reason?: string;
}

/** Number of runs since the schedule appeared, by how they ended, and of ticks without a run. */
export interface RunCounts {
  readonly ok: number;
  readonly failed: number;
  readonly interrupted: number;
  /** Ticks during an earlier run. */
  readonly skipped: number;
  /** Ticks while ddsrv was not running, or the host slept. */
  readonly missed: number;
}

/** State of a schedule, which ddsrv keeps over a restart. */
export interface ScheduleRecord {
  /** The cron line and the time zone of its ticks; other ones begin anew. */
  readonly line: string;
  /** The last tick that had a run or was counted: no earlier tick gets a run any more. */
  readonly seenMs: number;
  /** A tick whose run begins when the running one has ended. */
  readonly queuedMs?: number;
  readonly running?: BegunRun;
  readonly last?: EndedRun;
  /** End of the last run with the result `ok`. */
  readonly okAtMs?: number;
  readonly counts: RunCounts;
}

/** Counts of a new schedule. */
export const NO_RUNS: RunCounts = { ok: 0, failed: 0, interrupted: 0, skipped: 0, missed: 0 };

/**
 * Reads the records of a function's schedules by name. Ignores what is not valid: such a schedule
 * begins anew, and has no run for an earlier tick.
 */
export function parseRecords(text: string): ReadonlyMap<string, ScheduleRecord> {
  return new Map(
    jsonEntries(text).filter((entry): entry is [string, ScheduleRecord] => isRecord(entry[1])),
  );
}

/** Writes what {@linkcode parseRecords} reads. */
export function formatRecords(records: ReadonlyMap<string, ScheduleRecord>): string {
  return `${JSON.stringify(Object.fromEntries(records))}\n`;
}

function isRecord(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { line, seenMs, queuedMs, running, last, okAtMs, counts } = value;
  return typeof line === "string" && Number.isFinite(seenMs) &&
    [queuedMs, okAtMs].every((time) => time === undefined || Number.isFinite(time)) &&
    (running === undefined || isBegun(running)) &&
    (last === undefined || isBegun(last) && isEnd(last)) &&
    isObject(counts) && Object.keys(NO_RUNS).every((key) => Number.isFinite(counts[key]));
}

function isBegun(value: unknown): boolean {
  return isObject(value) && Number.isFinite(value.tickMs) && Number.isFinite(value.startedAtMs) &&
    typeof value.isManual === "boolean";
}

function isEnd(value: unknown): boolean {
  return isObject(value) && RUN_RESULTS.some((one) => one === value.result) &&
    Number.isFinite(value.durationMs) && Number.isFinite(value.attempts);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
