import { openLogChain } from "./log_chain.ts";
import type { LogRecord } from "./log_record.ts";
import { createSelector, type Selection } from "./log_selection.ts";
import { findWindow } from "./log_window.ts";
import { readRecords } from "./read_log.ts";

/**
 * The last so many lines of a log, the oldest first, over rotations; none when there is no log.
 *
 * @throws {TypeError} when it is no file
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
