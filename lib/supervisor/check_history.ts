import type { Exhausted } from "../check/check_bounds.ts";
import { MAX_CHECK_HOLD_MS } from "./check_turn.ts";

/** History of a function's checks. */
export interface CheckHistory {
  /** The next one is expected to be quick. */
  readonly isQuick: boolean;
  /** The last one took long, or a bound ended it. */
  readonly isLong: boolean;
  /** Times that the present one has given way to others. */
  readonly gaveWay: number;
  /** Checks in a row that used up a bound, but for that of the clock. */
  readonly exhausted: number;
  /** None begins before that, on the clock of what is noted. */
  readonly notBeforeMs: number;
}

/** Outcome of a check. */
export interface EndedCheck {
  readonly tookMs: number;
  readonly exhausted: Exhausted | undefined;
  readonly nowMs: number;
}

/** History of a function without any check yet. */
export const UNKNOWN: CheckHistory = {
  isQuick: false,
  isLong: false,
  gaveWay: 0,
  exhausted: 0,
  notBeforeMs: 0,
};

/** Longest that a function waits for its next check. */
const MAX_WAIT_MS = 10 * 60_000;

/** Minimum time charged for a check that hit a limit: memory can run out before it is counted. */
const MIN_COST_MS = 1_000;

/**
 * The history after a check. After one that used up memory or processor time, the function waits for
 * as long as that took, and twice as long each further time: code that comes with ever new revisions
 * has the processor for half of the time at most. Time by the clock is up for reasons of the host or
 * a registry as well, and such a check is only behind others.
 *
 * @example
 * ```ts
 * import { noteCheck, UNKNOWN } from "./check_history.ts";
 * noteCheck(UNKNOWN, { tookMs: 40_000, exhausted: "cpu", nowMs: 50_000 }).notBeforeMs; // 90_000
 * ```
 */
export function noteCheck(history: CheckHistory, ended: EndedCheck): CheckHistory {
  const { tookMs, exhausted, nowMs } = ended;
  if (exhausted === undefined) {
    const isQuick = tookMs < MAX_CHECK_HOLD_MS;
    return { ...UNKNOWN, isQuick, isLong: !isQuick };
  }
  const long = { ...history, isQuick: false, isLong: true, gaveWay: 0 };
  if (exhausted === "time") return long;
  const costMs = Math.max(MIN_COST_MS, tookMs);
  const waitMs = Math.min(MAX_WAIT_MS, costMs * 2 ** Math.min(history.exhausted, 20));
  return { ...long, exhausted: history.exhausted + 1, notBeforeMs: nowMs + waitMs };
}

/** The history after a check that gave way: it waits as a slow one, which may take longer next time. */
export function noteGivenWay(history: CheckHistory): CheckHistory {
  if (history.isQuick) return { ...history, isQuick: false };
  return { ...history, isLong: true, gaveWay: history.gaveWay + 1 };
}
