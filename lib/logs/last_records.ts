import { openLogChain } from "./log_chain.ts";
import type { LogRecord } from "./log_record.ts";
import { createSelector, type Selection } from "./log_selection.ts";
import { findWindow } from "./log_window.ts";
import { readRecords } from "./read_log.ts";

/**
 * Reads the last `count` selected lines of a log across rotations, the oldest first. Resolves to an
 * empty array if there is no log.
 *
 * @throws {TypeError} if the path is not a file
 */
export async function readLastRecords(
  path: string,
  count: number,
  selection: Selection = {},
): Promise<LogRecord[]> {
  using chain = await openLogChain(path);
  if (chain === undefined) return [];
  const { skip, ...stretch } = await findWindow(chain, { selection, count, end: 0 });
  const selector = createSelector(selection);
  const batches = await Array.fromAsync(readRecords(chain, stretch), selector.push);
  return [...batches.flat(), ...selector.end()].slice(skip);
}
