import { createPartJoiner } from "./join_parts.ts";
import type { LogRecord } from "./log_record.ts";
import type { StreamName } from "../process/spawn.ts";

/** Which lines of a log are wanted. */
export interface Selection {
  /** Milliseconds since the epoch; a line of that very time is wanted. */
  readonly sinceMs?: number | undefined;
  readonly untilMs?: number | undefined;
  readonly stream?: StreamName | undefined;
  /** A pattern that the text has to match. */
  readonly pattern?: RegExp | undefined;
  /** Leave the parts of a line as they are, a record each. */
  readonly isInParts?: boolean | undefined;
}

/** Selects from the records of one log, in their order. */
export interface Selector {
  readonly push: (records: readonly LogRecord[]) => LogRecord[];
  /** A line whose last part never came. */
  readonly end: () => LogRecord[];
}

/** A selector for one log. */
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
