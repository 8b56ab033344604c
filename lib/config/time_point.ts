const UNIT_MS: Readonly<Record<string, number>> = {
  w: 604_800_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
};

const AGO = /^(?:\d+w)?(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?$/;

const DATE = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/i;

/**
 * Parses a point in time, and returns milliseconds since the epoch: how long ago it was (`10m`,
 * `1h30m`, `2d`), a timestamp of RFC 3339, or a local time (`2026-01-31`, `2026-01-31 09:30`). A day
 * means its start.
 *
 * @throws {SyntaxError} if `text` is none of these, or the day does not exist
 * @example
 * ```ts
 * import { parseTimePoint } from "./time_point.ts";
 * parseTimePoint("1h30m", Date.UTC(2026, 0, 31, 12)); // Date.UTC(2026, 0, 31, 10, 30)
 * ```
 */
export function parseTimePoint(text: string, nowMs: number): number {
  const timeMs = text !== "" && AGO.test(text) ? nowMs - agoMs(text) : parseDate(text);
  // The range of Date: ECMA-262, section 21.4.1.1.
  if (timeMs !== undefined && Math.abs(timeMs) <= 8.64e15) return timeMs;
  throw new SyntaxError(
    `"${text}" is not a time. Write how long ago (10m, 1h30m, 2d), a day or a local time ` +
      '(2026-01-31, "2026-01-31 09:30"), or a timestamp (2026-01-31T09:30:00Z)',
  );
}

function agoMs(text: string): number {
  return [...text.matchAll(/(\d+)([wdhms])/g)]
    .reduce((ms, [, count, unit]) => ms + Number(count) * UNIT_MS[unit!]!, 0);
}

function parseDate(text: string): number | undefined {
  const match = DATE.exec(text);
  if (match === null) return undefined;
  const [, day, time = "00:00", seconds = ":00", zone = ""] = match;
  // Date reads the 31st of February as a day in March.
  if (!isDay(day!)) return undefined;
  const timeMs = Date.parse(`${day}T${time}${seconds}${zone.toUpperCase()}`);
  return Number.isNaN(timeMs) ? undefined : timeMs;
}

function isDay(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}
