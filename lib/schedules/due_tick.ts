import type { CronLine } from "../config/cron_line.ts";

/** Result of {@linkcode findDueTick}. */
export interface DueTick {
  /** The tick that needs a run now; `undefined` if none does. */
  readonly dueMs: number | undefined;
  /** The last tick that has passed; the given one if none has. */
  readonly seenMs: number;
  /** Number of ticks that have passed and get no run; beyond 100 it is an estimate. */
  readonly missed: number;
}

/** Options of {@linkcode findDueTick}. */
export interface DueOptions {
  /** The last tick that was handled. */
  readonly seenMs: number;
  readonly nowMs: number;
  /** A late tick gets a run, too. */
  readonly catchUp: boolean;
}

/** A tick that is older was missed: ddsrv was not running, or the host slept. */
export const LATE_MS = 60_000;

/** Ticks to count one by one: each takes a quarter of a millisecond, in which no request moves. */
const MAX_COUNTED = 100;

/**
 * Finds the tick of a cron line that is due. Of several ticks that have passed, only the last one
 * can be; a late one is only if `catchUp` says so. A clock that was set back finds no tick again.
 *
 * @example
 * ```ts
 * import { parseCronLine } from "../config/cron_line.ts";
 * import { findDueTick } from "./due_tick.ts";
 * const hourly = parseCronLine("0 * * * *", "UTC");
 * const hour = 3_600_000;
 * findDueTick(hourly, { seenMs: 0, nowMs: 2 * hour + 1, catchUp: false });
 * // { dueMs: 2 * hour, seenMs: 2 * hour, missed: 1 }
 * ```
 */
export function findDueTick(line: CronLine, { seenMs, nowMs, catchUp }: DueOptions): DueTick {
  let lastMs: number | undefined;
  let passed = 0;
  for (let fromMs = seenMs, pieceMs = seenMs, counted = 0;;) {
    const nextMs = line.next(fromMs);
    if (nextMs === undefined || nextMs > nowMs) break;
    [lastMs, fromMs] = [nextMs, nextMs];
    passed++;
    if (++counted < MAX_COUNTED) continue;
    // The rest of a long time has about as many ticks as its beginning; the last ones count.
    const intervalMs = (nextMs - pieceMs) / MAX_COUNTED;
    const skipped = Math.max(0, Math.floor((nowMs - nextMs) / intervalMs) - MAX_COUNTED / 2);
    passed += skipped;
    fromMs += skipped * intervalMs;
    [pieceMs, counted] = [fromMs, 0];
  }
  if (lastMs === undefined) return { dueMs: undefined, seenMs, missed: 0 };
  const isDue = catchUp || nowMs - lastMs <= LATE_MS;
  return { dueMs: isDue ? lastMs : undefined, seenMs: lastMs, missed: isDue ? passed - 1 : passed };
}
