import { createPartJoiner } from "./join_parts.ts";
import type { LogRecord } from "./log_record.ts";
import type { StreamName } from "../process/spawn.ts";

/** Filter for the lines of a log. */
export interface Selection {
  /** Milliseconds since the epoch, inclusive; so is `untilMs`. */
  readonly sinceMs?: number | undefined;
  readonly untilMs?: number | undefined;
  readonly stream?: StreamName | undefined;
  /** Pattern that the text must match. */
  readonly pattern?: RegExp | undefined;
  /** Do not join the parts of long lines. */
  readonly isInParts?: boolean | undefined;
}

/** Filters the records of one log, in their order. */
export interface Selector {
  readonly push: (records: readonly LogRecord[]) => LogRecord[];
  /** Returns selected lines whose last part is missing. */
  readonly end: () => LogRecord[];
}

/** Creates a selector for one log. */
export function createSelector(selection: Selection): Selector {
  const joiner = selection.isInParts ? undefined : createPartJoiner();
  const wanted = (record: LogRecord): boolean => isSelected(record, selection);
  return {
    push: (records) => (joiner?.push(records) ?? records).filter(wanted),
    end: () => (joiner?.end() ?? []).filter(wanted),
  };
}

function isSelected(
  { time, stream, text }: LogRecord,
  { sinceMs, untilMs, stream: wanted, pattern }: Selection,
): boolean {
  if (wanted !== undefined && stream !== wanted) return false;
  if (sinceMs !== undefined && Date.parse(time) < sinceMs) return false;
  if (untilMs !== undefined && Date.parse(time) > untilMs) return false;
  return pattern === undefined || pattern.test(text);
}
