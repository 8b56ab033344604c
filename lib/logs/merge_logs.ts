import type { LogRecord } from "./log_record.ts";

/** A record, and which of the logs that were merged it is from. */
export interface MergedRecord {
  readonly source: number;
  readonly record: LogRecord;
}

/** A log whose next record is known. */
interface Head {
  readonly source: number;
  readonly batches: AsyncIterator<readonly LogRecord[]>;
  batch: readonly LogRecord[];
  at: number;
  timeMs: number;
}

/** Handed on at a time. */
const BATCH_RECORDS = 500;

/**
 * Merges logs by time, holding no more of each than was read at once. Each log keeps its own order;
 * of the same time, the earlier source comes first.
 */
export async function* mergeLogs(
  sources: readonly AsyncIterable<readonly LogRecord[]>[],
): AsyncGenerator<MergedRecord[]> {
  const heads = sources.map((source, index): Head => ({
    source: index,
    batches: source[Symbol.asyncIterator](),
    batch: [],
    at: 0,
    timeMs: 0,
  }));
  const filled = await Promise.all(heads.map(fill));
  // A binary heap; what comes first stands at its root.
  const heap = heads.filter((_, index) => filled[index]).sort((a, b) => isBefore(a, b) ? -1 : 1);
  let merged: MergedRecord[] = [];
  while (heap.length > 0) {
    const head = heap[0]!;
    merged.push({ source: head.source, record: head.batch[head.at++]! });
    if (head.at < head.batch.length) setTime(head);
    else {
      // To read may take a while; what is known already can be shown.
      if (merged.length >= BATCH_RECORDS) {
        yield merged;
        merged = [];
      }
      if (!await fill(head)) {
        const last = heap.pop()!;
        if (last === head) break;
        heap[0] = last;
      }
    }
    sink(heap);
    if (merged.length < BATCH_RECORDS) continue;
    yield merged;
    merged = [];
  }
  if (merged.length > 0) yield merged;
}

/** Reads on until there is a record; `false` at the end. */
async function fill(head: Head): Promise<boolean> {
  for (;;) {
    const { value, done } = await head.batches.next();
    if (done) return false;
    if (value.length === 0) continue;
    [head.batch, head.at] = [value, 0];
    setTime(head);
    return true;
  }
}

function setTime(head: Head): void {
  head.timeMs = Date.parse(head.batch[head.at]!.time);
}

function isBefore(a: Head, b: Head): boolean {
  return a.timeMs < b.timeMs || a.timeMs === b.timeMs && a.source < b.source;
}

/** Moves the root down to where it belongs. */
function sink(heap: Head[]): void {
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
