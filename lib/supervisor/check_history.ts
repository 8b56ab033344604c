import type { Exhausted } from "../check/check_bounds.ts";
import { MAX_CHECK_HOLD_MS } from "./check_turn.ts";

/** History of a function's checks. */
export interface CheckHistory {
  /** The next check is expected to be quick. */
  readonly isQuick: boolean;
  /** The last check took long, or hit a limit. */
  readonly isLong: boolean;
  /** The last check found errors, so the next one is likely to find some again. */
  readonly hasErrors: boolean;
  /** Number of times that the present check has given way to others. */
  readonly gaveWay: number;
  /** Number of checks in a row that hit the limit of memory or processor time. */
  readonly exhausted: number;
  /** The next check does not begin earlier; by the clock of {@linkcode EndedCheck.nowMs}. */
  readonly notBeforeMs: number;
}

/** Outcome of a check. */
export interface EndedCheck {
  readonly tookMs: number;
  readonly exhausted: Exhausted | undefined;
  readonly hasErrors: boolean;
  readonly nowMs: number;
}

/** History of a function before its first check. */
export const UNKNOWN: CheckHistory = {
  isQuick: false,
  isLong: false,
  hasErrors: false,
  gaveWay: 0,
  exhausted: 0,
  notBeforeMs: 0,
};

/** Maximum time that a function waits for its next check. */
const MAX_WAIT_MS = 10 * 60_000;

/** Minimum time charged for a check that hit a limit: memory can run out before it is counted. */
const MIN_COST_MS = 1_000;

/**
 * Returns the history after a check. After a check that used up memory or processor time, the
 * function waits for as long as that check took, and twice as long each further time: code with
 * ever new revisions gets the processor for half of the time at most. A check that exceeds its
 * timeout only goes behind others, because the host or a registry may have caused it.
 *
 * @example
 * ```ts
 * import { noteCheck, UNKNOWN } from "./check_history.ts";
 * const ended = { tookMs: 40_000, exhausted: "cpu", hasErrors: true, nowMs: 50_000 } as const;
 * noteCheck(UNKNOWN, ended).notBeforeMs; // 90_000
 * ```
 */
export function noteCheck(history: CheckHistory, ended: EndedCheck): CheckHistory {
  const { tookMs, exhausted, hasErrors, nowMs } = ended;
  if (exhausted === undefined) {
    const isQuick = tookMs < MAX_CHECK_HOLD_MS;
    return { ...UNKNOWN, isQuick, isLong: !isQuick, hasErrors };
  }
  const long = { ...history, isQuick: false, isLong: true, gaveWay: 0 };
  if (exhausted === "time") return long;
  const costMs = Math.max(MIN_COST_MS, tookMs);
  const waitMs = Math.min(MAX_WAIT_MS, costMs * 2 ** Math.min(history.exhausted, 20));
  return { ...long, exhausted: history.exhausted + 1, notBeforeMs: nowMs + waitMs };
}

/** Returns the history after a check gave way: it counts as slow, and may take longer next time. */
export function noteGivenWay(history: CheckHistory): CheckHistory {
  if (history.isQuick) return { ...history, isQuick: false };
  return { ...history, isLong: true, gaveWay: history.gaveWay + 1 };
}
