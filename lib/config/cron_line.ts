import { Cron } from "croner";

/** Times of a cron line, in milliseconds since 1970. */
export interface CronLine {
  /** Returns the first time after another one; `undefined` if there is none. */
  readonly next: (afterMs: number) => number | undefined;
}

const MAX_LENGTH = 128;

/** Five fields of numbers, names of months and days, `*`, `,`, `-` and `/`. */
const FIELD = String.raw`(?:\*|\d+|[A-Za-z]{3})(?:[-,/](?:\*|\d+|[A-Za-z]{3}))*`;
const FIVE_FIELDS = new RegExp(`^${FIELD}(?: ${FIELD}){4}$`);
const NICKNAMES = ["@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually"];

/** Parsed lines: a manifest is read at each launch, and a line takes up to a millisecond. */
const parsed = new Map<string, CronLine>();
const MAX_PARSED = 1_000;

/** Any moment: whether a line has a time at all does not depend on it. */
const SOME_MS = Date.UTC(2024, 0, 1);

/**
 * Parses a cron line in a time zone of the IANA database: minute, hour, day of the month, month and
 * day of the week, see crontab(5). When clocks go forward, a time that is skipped is the first one
 * after the gap; when they go back, a line with fixed hours has one time, and others have both.
 *
 * @throws {SyntaxError} if the line is not valid, has seconds, or never has a time; or if there is no
 * such time zone
 *
 * @example
 * ```ts
 * import { parseCronLine } from "./cron_line.ts";
 * const line = parseCronLine("30 6 * * 1-5", "Europe/Berlin");
 * new Date(line.next(Date.UTC(2026, 0, 2, 12))!); // Monday, January 5, 05:30 UTC
 * ```
 */
export function parseCronLine(text: string, timezone: string): CronLine {
  const key = `${timezone} ${text}`;
  const known = parsed.get(key);
  if (known !== undefined) return known;
  const line = parseNewLine(text, timezone);
  if (parsed.size >= MAX_PARSED) parsed.clear();
  parsed.set(key, line);
  return line;
}

function parseNewLine(text: string, timezone: string): CronLine {
  const shown = JSON.stringify(text.slice(0, MAX_LENGTH));
  const line = text.trim().replace(/\s+/g, " ");
  const fields = line.split(" ").length;
  if (text.length > MAX_LENGTH || !FIVE_FIELDS.test(line) && !NICKNAMES.includes(line)) {
    const hint = fields === 6 || fields === 7 ? ". Leave out the seconds and the year" : "";
    throw new SyntaxError(
      `${shown} is no cron line: it needs five fields, such as "0 6 * * 1-5"${hint}`,
    );
  }
  if (!isTimeZone(timezone)) {
    throw new SyntaxError(
      `There is no time zone ${JSON.stringify(timezone.slice(0, MAX_LENGTH))}. Give a name such ` +
        "as Europe/Berlin, or UTC",
    );
  }
  let cron: Cron;
  try {
    // Paused: without a function to call, it only computes times.
    cron = new Cron(line, { paused: true, timezone, mode: "5-part" });
  } catch (error) {
    throw new SyntaxError(`${shown} is no cron line: ${reasonOf(error as Error)}`);
  }
  const next = (afterMs: number): number | undefined => cron.nextRun(new Date(afterMs))?.getTime();
  if (next(SOME_MS) === undefined) {
    throw new SyntaxError(`${shown} names a date that does not exist, such as February 30`);
  }
  return { next };
}

/** Returns true for a name of the IANA database of time zones. */
function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return name.length <= MAX_LENGTH;
  } catch {
    return false;
  }
}

/** The library names its class first, and ends with a full stop. */
function reasonOf({ message }: Error): string {
  return message.replace(/^Cron\w*: /, "").replace(/\.$/, "");
}
