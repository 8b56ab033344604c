/** A rate limit: on average `count` requests in `periodMs`, and `burst` at once. */
export interface Rate {
  readonly count: number;
  readonly periodMs: number;
  readonly burst: number;
}

/** A rate limit, or none. */
export type RateLimit = Rate | "none";

const PERIODS_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

const MAX_COUNT = 1_000_000;

/**
 * Parses a rate limit, such as `100/s`, `600/m` or `100/s burst 200`, or `none`. The default burst is
 * the number of requests in the whole period.
 *
 * @throws {SyntaxError} if `text` is not a rate limit
 * @throws {RangeError} if a number is out of bounds
 * @example
 * ```ts
 * import { parseRateLimit } from "./rate_limit.ts";
 * parseRateLimit("100/s burst 200"); // { count: 100, periodMs: 1000, burst: 200 }
 * ```
 */
export function parseRateLimit(text: string): RateLimit {
  if (text === "none") return "none";
  const match = /^(\d{1,15})\/([smh])(?: burst (\d{1,15}))?$/.exec(text);
  if (match === null) {
    throw new SyntaxError(
      `"${text}" is not a rate. Write requests a second, minute or hour, and how many may come at ` +
        "once: 100/s, 600/m, 100/s burst 200; or none",
    );
  }
  const count = Number(match[1]);
  const burst = match[3] === undefined ? count : Number(match[3]);
  for (const number of [count, burst]) {
    if (number >= 1 && number <= MAX_COUNT) continue;
    throw new RangeError(`"${text}" is out of bounds. Give numbers from 1 to ${MAX_COUNT}`);
  }
  return { count, periodMs: PERIODS_MS[match[2]!]!, burst };
}

/**
 * Returns true if a rate limit allows no more than another one, neither on average nor at once.
 *
 * @example
 * ```ts
 * import { isRateWithin, parseRateLimit } from "./rate_limit.ts";
 * isRateWithin(parseRateLimit("5/s"), parseRateLimit("600/m")); // true
 * ```
 */
export function isRateWithin(asked: RateLimit, ceiling: RateLimit): boolean {
  if (ceiling === "none") return true;
  if (asked === "none") return false;
  return asked.count * ceiling.periodMs <= ceiling.count * asked.periodMs &&
    asked.burst <= ceiling.burst;
}

/** Formats a rate limit as {@linkcode parseRateLimit} reads it. */
export function formatRateLimit(limit: RateLimit): string {
  if (limit === "none") return limit;
  const [unit] = Object.entries(PERIODS_MS).find(([, ms]) => ms === limit.periodMs)!;
  const burst = limit.burst === limit.count ? "" : ` burst ${limit.burst}`;
  return `${limit.count}/${unit}${burst}`;
}
