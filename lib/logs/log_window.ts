import type { LogChain } from "./log_chain.ts";
import type { LogRecord } from "./log_record.ts";
import { alignToLine, readRecords, type Stretch } from "./read_log.ts";
import { createSelector, type Selection } from "./log_selection.ts";

/** Options of {@linkcode findWindow}. */
export interface WindowOptions {
  readonly selection: Selection;
  /** Maximum number of selected lines, counted from the end; Infinity for all. */
  readonly count: number;
  /** Position where the log ends; see `endOfLines`. */
  readonly end: number;
}

/** A part of a log, and the number of selected lines to skip at its beginning. */
export interface LogWindow extends Stretch {
  readonly skip: number;
}

/** Bisection ends at this distance in bytes. */
const STEP_BYTES = 64 * 1024;

/** Estimated length of a line in bytes. */
const ESTIMATED_LINE_BYTES = 256;

/** Each attempt reads so many times as much as the one before. */
const GROWTH_FACTOR = 4;

/** Lines that may lack their first parts at the start of a window: one in each stream. */
const CUT_LINES = 2;

/**
 * Finds the part of a log that contains the selected lines without reading the rest: by bisection
 * for times, and backwards from the end for a count. Assumes that times increase.
 */
export async function findWindow(chain: LogChain, options: WindowOptions): Promise<LogWindow> {
  const { selection: { sinceMs, untilMs }, count, end } = options;
  if (count === 0) return { from: end, to: end, skip: 0 };
  const to = untilMs === undefined
    ? end
    : Math.min(end, await alignToLine(chain, (await seekTime(chain, untilMs + 1)).after));
  if (sinceMs === undefined) return await findLast(chain, { ...options, to });
  const { before } = await seekTime(chain, sinceMs);
  return await findLast(chain, { ...options, from: await alignToLine(chain, before), to });
}

/** Bisects: records before `before` are older than a time, and records after `after` are not. */
async function seekTime(
  chain: LogChain,
  timeMs: number,
): Promise<{ readonly before: number; readonly after: number }> {
  const isOlder = async (from: number, to: number): Promise<boolean> => {
    const record = await firstRecord(chain, from, to);
    return record !== undefined && Date.parse(record.time) < timeMs;
  };
  do {
    if (await isOlder(chain.begin, chain.boundsOf(chain.begin).end)) break;
  } while (await chain.extend());
  let [before, after] = [chain.begin, 0];
  while (after - before > STEP_BYTES) {
    const middle = Math.floor((before + after) / 2);
    if (await isOlder(await alignToLine(chain, middle), after)) before = middle;
    else after = middle;
  }
  return { before, after };
}

async function firstRecord(
  chain: LogChain,
  from: number,
  to: number,
): Promise<LogRecord | undefined> {
  for await (const [first] of readRecords(chain, { from, to }, { chunkBytes: STEP_BYTES })) {
    if (first !== undefined) return first;
  }
  return undefined;
}

async function findLast(
  chain: LogChain,
  { selection, count, from, to }: WindowOptions & { readonly from?: number; readonly to: number },
): Promise<LogWindow> {
  const wantedBytes = Math.max(STEP_BYTES, count * ESTIMATED_LINE_BYTES);
  for (let bytes = wantedBytes;; bytes *= GROWTH_FACTOR) {
    while (from === undefined && chain.begin > to - bytes && await chain.extend());
    const lowest = from ?? chain.begin;
    if (count === Infinity) return { from: lowest, to, skip: 0 };
    const begin = Math.max(lowest, await alignToLine(chain, Math.max(chain.begin, to - bytes)));
    const found = begin >= to ? 0 : await countSelected(chain, { from: begin, to }, selection);
    if (begin === lowest || found >= count + CUT_LINES) {
      return { from: begin, to, skip: Math.max(0, found - count) };
    }
  }
}

async function countSelected(
  chain: LogChain,
  stretch: Stretch,
  selection: Selection,
): Promise<number> {
  const selector = createSelector(selection);
  let count = 0;
  for await (const records of readRecords(chain, stretch)) count += selector.push(records).length;
  return count + selector.end().length;
}
