/**
 * Formats a duration for people: milliseconds below 1 s, seconds below 2 min, else minutes and
 * seconds.
 *
 * @example
 * ```ts
 * import { describeDuration } from "./describe_duration.ts";
 * describeDuration(25_215); // "25 s"
 * describeDuration(125_000); // "2 min 5 s"
 * ```
 */
export function describeDuration(ms: number): string {
  if (Math.round(ms) < 1_000) return `${Math.round(ms)} ms`;
  const tenths = Math.round(ms / 100) / 10;
  if (tenths < 10) return `${tenths} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 120) return `${seconds} s`;
  const rest = seconds % 60;
  return `${Math.floor(seconds / 60)} min${rest === 0 ? "" : ` ${rest} s`}`;
}
