import { type Change, parseChange } from "./change.ts";
import type { ChangeCause } from "./origin.ts";

/** Maximum number of changes of a function that ddsrv keeps. */
export const MAX_CHANGES = 200;

/** Of these, at most so many that brought no new code: a script may reload every minute. */
const MAX_WITHOUT_CODE = 50;

/** Parses changes, a line of JSON each, oldest first. Ignores lines that are not valid. */
export function parseChanges(text: string): readonly Change[] {
  return text.split("\n").flatMap((line) => {
    const change = parseChange(parseJson(line));
    return change === undefined ? [] : [change];
  });
}

/** Writes what {@linkcode parseChanges} reads. */
export function formatChanges(changes: readonly Change[]): string {
  return changes.map((change) => `${JSON.stringify(change)}\n`).join("");
}

/**
 * Adds a change to a list, or puts it in the place of the one with the same id. Drops the oldest
 * changes of a list that is too long.
 */
export function putChange(changes: readonly Change[], change: Change): readonly Change[] {
  const isKnown = changes.some(({ id }) => id === change.id);
  const next = isKnown
    ? changes.map((one) => one.id === change.id ? change : one)
    : [...changes, change];
  const excess = next.filter(isWithoutCode).length - MAX_WITHOUT_CODE;
  const dropped = new Set(excess > 0 ? next.filter(isWithoutCode).slice(0, excess) : []);
  return next.filter((one) => !dropped.has(one)).slice(-MAX_CHANGES);
}

const WITHOUT_CODE: readonly ChangeCause[] = [
  ...["reload", "env", "config", "stop", "start", "schedule"] as const,
];

function isWithoutCode({ by }: Change): boolean {
  return WITHOUT_CODE.includes(by);
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
