import type { LogRecord } from "./log_record.ts";

/** A record, and the index of its log. */
export interface MergedRecord {
  readonly source: number;
  readonly record: LogRecord;
}

/** Position in a log whose next record was read. */
interface Cursor {
  readonly source: number;
  readonly batches: AsyncIterator<readonly LogRecord[]>;
  batch: readonly LogRecord[];
  at: number;
  timeMs: number;
}

/** Maximum length of a batch. */
const BATCH_RECORDS = 500;

/**
 * Merges logs by time. Holds one batch of each log in memory. Keeps the order within each log; of
 * records with the same time, the one of the earlier source comes first.
 */
export async function* mergeLogs(
  sources: readonly AsyncIterable<readonly LogRecord[]>[],
): AsyncGenerator<MergedRecord[]> {
  const cursors = sources.map((source, index): Cursor => ({
    source: index,
    batches: source[Symbol.asyncIterator](),
    batch: [],
    at: 0,
    timeMs: 0,
  }));
  const filled = await Promise.all(cursors.map(fill));
  // A binary heap with the earliest record at its root.
  const heap = cursors.filter((_, index) => filled[index]).sort((a, b) => isBefore(a, b) ? -1 : 1);
  let merged: MergedRecord[] = [];
  while (heap.length > 0) {
    const cursor = heap[0]!;
    merged.push({ source: cursor.source, record: cursor.batch[cursor.at++]! });
    if (cursor.at < cursor.batch.length) setTime(cursor);
    else {
      // Reading may take a while, so return what is merged already.
      if (merged.length >= BATCH_RECORDS) {
        yield merged;
        merged = [];
      }
      if (!await fill(cursor)) {
        const last = heap.pop()!;
        if (last === cursor) break;
        heap[0] = last;
      }
    }
    siftDown(heap);
    if (merged.length < BATCH_RECORDS) continue;
    yield merged;
    merged = [];
  }
  if (merged.length > 0) yield merged;
}

/** Reads the next batch that is not empty. Resolves to false at the end. */
async function fill(cursor: Cursor): Promise<boolean> {
  for (;;) {
    const { value, done } = await cursor.batches.next();
    if (done) return false;
    if (value.length === 0) continue;
    [cursor.batch, cursor.at] = [value, 0];
    setTime(cursor);
    return true;
  }
}

function setTime(cursor: Cursor): void {
  cursor.timeMs = Date.parse(cursor.batch[cursor.at]!.time);
}

function isBefore(a: Cursor, b: Cursor): boolean {
  return a.timeMs < b.timeMs || a.timeMs === b.timeMs && a.source < b.source;
}

/** Moves the root down until the heap is in order again. */
function siftDown(heap: Cursor[]): void {
  for (let at = 0;;) {
    const children = [2 * at + 1, 2 * at + 2].filter((child) => child < heap.length);
    const first = children.reduce(
      (best, child) => isBefore(heap[child]!, heap[best]!) ? child : best,
      at,
    );
    if (first === at) return;
    [heap[at], heap[first]] = [heap[first]!, heap[at]!];
    at = first;
  }
}
