import type { FunctionRates } from "../../lib/control/rates.ts";

/** Requests per second by function, the latest last. */
export type History = ReadonlyMap<string, readonly number[]>;

/** Maximum number of values per function. */
export const HISTORY_LENGTH = 20;

/** Adds the latest rates; drops functions that no longer exist. */
export function extendHistory(history: History, rows: readonly FunctionRates[]): History {
  return new Map(rows.map(({ report: { name }, requestsPerS }) => {
    const past = history.get(name) ?? [];
    return [name, [...past, requestsPerS].slice(-HISTORY_LENGTH)];
  }));
}
