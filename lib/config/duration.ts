import { formatWith } from "./units.ts";

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Longest delay of setTimeout(): with a longer one it fires at once. */
const MAX_MS = 2 ** 31 - 1;

/**
 * Parses a duration such as `250ms`, `1.5s`, `15m` or `2h`, and returns milliseconds. The unit is
 * required.
 *
 * @throws {SyntaxError} if `text` is not a duration
 * @throws {RangeError} if it is longer than a timer can wait
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

/** Formats milliseconds as {@linkcode parseDuration} reads them: `15m`. */
export function formatDuration(ms: number): string {
  return formatWith([["h", 3_600_000], ["m", 60_000], ["s", 1_000], ["ms", 1]], ms);
}
