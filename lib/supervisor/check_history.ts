import { MAX_CHECK_HOLD_MS } from "./check_turn.ts";

/** History of a function's checks. */
export interface CheckHistory {
  /** The next one is expected to be quick. */
  readonly isQuick: boolean;
  /** Checks in a row that their bounds ended: memory, or time. */
  readonly exhausted: number;
  /** None begins before that, on the clock of what is noted. */
  readonly notBeforeMs: number;
}

/** Outcome of a check. */
export interface EndedCheck {
  readonly tookMs: number;
  readonly isExhausted: boolean;
  readonly nowMs: number;
}

/** History of a function without any check yet. */
export const UNKNOWN: CheckHistory = { isQuick: false, exhausted: 0, notBeforeMs: 0 };

/** Longest that a function waits for its next check. */
const MAX_WAIT_MS = 10 * 60_000;

/** Minimum time charged for a check that hit a limit: memory can run out before it is counted. */
const MIN_COST_MS = 1_000;

/**
 * The history after a check. After one that its bounds ended, the function waits for as long as
 * that took, and twice as long each further time: it has the processor for half of the time at
 * most.
 *
 * @example
 * ```ts
 * import { noteCheck, UNKNOWN } from "./check_history.ts";
 * noteCheck(UNKNOWN, { tookMs: 40_000, isExhausted: true, nowMs: 50_000 }).notBeforeMs; // 90_000
 * ```
 */
export function noteCheck(history: CheckHistory, ended: EndedCheck): CheckHistory {
  const { tookMs, isExhausted, nowMs } = ended;
  if (!isExhausted) return { isQuick: tookMs < MAX_CHECK_HOLD_MS, exhausted: 0, notBeforeMs: 0 };
  const costMs = Math.max(MIN_COST_MS, tookMs);
  const waitMs = Math.min(MAX_WAIT_MS, costMs * 2 ** Math.min(history.exhausted, 20));
  return { isQuick: false, exhausted: history.exhausted + 1, notBeforeMs: nowMs + waitMs };
}
