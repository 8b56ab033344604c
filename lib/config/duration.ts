const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Longest wait of a timer (setTimeout); after a longer one it would fire at once. */
const MAX_MS = 2 ** 31 - 1;

/**
 * Milliseconds of a duration as people write it: `250ms`, `1.5s`, `15m`, `2h`. A number without a
 * unit, and a unit that is none of these, is refused.
 *
 * @throws {SyntaxError} when `text` is no such duration
 * @throws {RangeError} when it is longer than a timer can wait
 * @example
 * ```ts
 * import { parseDuration } from "./duration.ts";
 * parseDuration("15m"); // 900_000
 * ```
 */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  if (match === null) {
    throw new SyntaxError(
      `"${text}" is not a duration. Write a number and a unit: 250ms, 10s, 15m, 2h`,
    );
  }
  const ms = Math.round(Number(match[1]) * UNIT_MS[match[2]!]!);
  if (ms > MAX_MS) throw new RangeError(`"${text}" is too long. Give at most 596h`);
  return ms;
}

/** Less would stop and start a function without an end. */
const MIN_IDLE_MS = 1_000;

/**
 * How long a function may be without a request; `never` is as good as for ever.
 *
 * @throws {SyntaxError | RangeError} see {@linkcode parseDuration}; or it is shorter than a second
 */
export function parseIdle(text: string): number {
  const ms = text === "never" ? Infinity : parseDuration(text);
  if (ms >= MIN_IDLE_MS) return ms;
  throw new RangeError(`"${text}" is too short to be idle. Give at least 1s, or never`);
}

/** Deno itself needs that much to start. */
const MIN_CHECK_MS = 1_000;

/**
 * A bound of one check, in processor time or by the clock.
 *
 * @throws {SyntaxError | RangeError} see {@linkcode parseDuration}; or it is shorter than a second
 */
export function parseCheckBound(text: string): number {
  const ms = parseDuration(text);
  if (ms >= MIN_CHECK_MS) return ms;
  throw new RangeError(`"${text}" is too short for a check. Give at least 1s`);
}

/** To ask more often would be a load, and a busy moment no hang. */
const MIN_LIVENESS_MS = 1_000;

/**
 * The time between two health requests, or for which a function may hang; `never` turns that off.
 *
 * @throws {SyntaxError | RangeError} see {@linkcode parseDuration}; or it is shorter than a second
 */
export function parseLiveness(text: string): number {
  const ms = text === "never" ? Infinity : parseDuration(text);
  if (ms >= MIN_LIVENESS_MS) return ms;
  throw new RangeError(`"${text}" is too short. Give at least 1s, or never`);
}

/** To look more often would be all that is done. */
const MIN_RESCAN_MS = 100;

/**
 * The time between two looks at all folders.
 *
 * @throws {SyntaxError | RangeError} see {@linkcode parseDuration}; or it is shorter than 100 ms
 */
export function parseRescan(text: string): number {
  const ms = parseDuration(text);
  if (ms >= MIN_RESCAN_MS) return ms;
  throw new RangeError(`"${text}" is too short. Give at least ${MIN_RESCAN_MS}ms`);
}
