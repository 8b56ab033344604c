import type { Rest } from "./activity_log.ts";

/** Times that {@linkcode settleTime} compares, in milliseconds since 1970. */
export interface SettleOptions {
  /** Time of the last change by the file system's clock, which may not be ours. */
  readonly changedAtMs: number;
  /** Time at which this state was first seen, by the clock of `nowMs`. */
  readonly firstSeenMs: number;
  /** Present time by a clock that never steps. */
  readonly nowMs: number;
  /** Present time by the host's clock. */
  readonly wallMs: number;
  readonly settleMs: number;
  /** Decision by events, if there are any. */
  readonly rest?: Rest | undefined;
}

/**
 * Returns the time, by the clock of `nowMs`, at which files count as settled if nothing changes
 * until then. Events decide where they tell enough. Otherwise the files must have been unchanged for
 * `settleMs`: since they were first seen, or by their time of change. That time is only trusted if
 * both clocks agree that it is past, because either may have been set meanwhile.
 */
export function settleTime(options: SettleOptions): number {
  const { changedAtMs, firstSeenMs, nowMs, wallMs, settleMs, rest } = options;
  if (rest !== undefined && rest.quietMs < settleMs) return rest.lastMs + rest.quietMs;
  const ageMs = Math.min(nowMs, wallMs) - changedAtMs;
  const byClockMs = Math.min(nowMs - ageMs, firstSeenMs) + settleMs;
  return Math.max(byClockMs, rest === undefined ? -Infinity : rest.lastMs + settleMs);
}
