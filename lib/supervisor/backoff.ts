const FIRST_MS = 100;
const LONGEST_MS = 30_000;

/**
 * How long to wait before the next start, in milliseconds: doubled each time, capped, and spread
 * by up to a half so that functions which failed together don't start together.
 *
 * @param attempts starts that have failed in a row, 1 or more
 * @param chance a number from 0 to 1
 */
export function backoffDelay(attempts: number, chance: number): number {
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempts - 1, 20));
  return Math.round(whole * (0.5 + chance / 2));
}
