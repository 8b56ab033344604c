const FIRST_MS = 100;
const LONGEST_MS = 120_000;

/** Doublings that a costly attempt adds: its first pause is 6 to 13 s. */
const COSTLY_DOUBLINGS = 7;

/**
 * Returns the pause before the next attempt, in milliseconds. It doubles with each attempt up to
 * two minutes, with up to 50 % jitter so that functions that failed together do not start together.
 *
 * @param attempts number of attempts that failed in a row, 1 or more
 * @param chance a random number from 0 to 1
 * @param isCostly true if the next attempt may cost the host as much as the last one
 */
export function backoffDelay(attempts: number, chance: number, isCostly = false): number {
  const doublings = attempts - 1 + (isCostly ? COSTLY_DOUBLINGS : 0);
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(doublings, 20));
  return Math.round(whole * (0.5 + chance / 2));
}
