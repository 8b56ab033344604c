import type { TopRow } from "./rates.ts";

/** Requests a second of each function, the latest last. */
export type History = ReadonlyMap<string, readonly number[]>;

/** How much of the past is kept. */
export const HISTORY_LENGTH = 20;

/** A history with one more look; functions that are gone are forgotten. */
export function extendHistory(history: History, rows: readonly TopRow[]): History {
  return new Map(rows.map(({ report: { name }, requestsPerS }) => {
    const past = history.get(name) ?? [];
    return [name, [...past, requestsPerS].slice(-HISTORY_LENGTH)];
  }));
}
