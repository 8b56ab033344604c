import { formatWith } from "./units.ts";

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

const MAX_MS = 366 * UNIT_MS["d"]!;

/**
 * Parses how long a function stays, such as `3d`, `12h` or `2w`, and returns milliseconds; `none`
 * gives `null`. Unlike a timer, it may last up to a year.
 *
 * @throws {SyntaxError} if `text` is not such a time
 * @throws {RangeError} if it is zero or longer than 366 days
 * @example
 * ```ts
 * import { parseTtl } from "./ttl.ts";
 * parseTtl("3d"); // 259_200_000
 * ```
 */
export function parseTtl(text: string): number | null {
  if (text === "none") return null;
  const match = /^(\d{1,9})([smhdw])$/.exec(text);
  if (match === null) {
    throw new SyntaxError(`"${text}" is not a time. Write a number and a unit: 90m, 12h, 3d, 2w`);
  }
  const ms = Number(match[1]) * UNIT_MS[match[2]!]!;
  if (ms > 0 && ms <= MAX_MS) return ms;
  throw new RangeError(`"${text}" is out of range. Give 1s to 366d, or none`);
}

/** Formats milliseconds as {@linkcode parseTtl} reads them: `3d`. */
export function formatTtl(ms: number): string {
  return formatWith([["d", 86_400_000], ["h", 3_600_000], ["m", 60_000], ["s", 1_000]], ms);
}
