const FIRST_MS = 100;
const LONGEST_MS = 120_000;

/** Attempts that a costly one counts for: its first pause is 6 to 13 s. */
const COSTLY_ATTEMPTS = 7;

/**
 * Pause before the next attempt, in milliseconds: doubled each time, at most two minutes, and with a
 * jitter of up to a half so that functions which failed together don't start together.
 *
 * @param attempts attempts that have failed in a row, 1 or more
 * @param chance a number from 0 to 1
 * @param isCostly the next attempt may cost the host as much again as this one did
 */
export function backoffDelay(attempts: number, chance: number, isCostly = false): number {
  const doublings = attempts - 1 + (isCostly ? COSTLY_ATTEMPTS : 0);
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(doublings, 20));
  return Math.round(whole * (0.5 + chance / 2));
}
