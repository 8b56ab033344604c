import type { LogChain } from "./log_chain.ts";
import type { LogRecord } from "./log_record.ts";
import { createRecordFramer } from "./record_framer.ts";

const CHUNK_BYTES = 256 * 1024;
const LF = 0x0a;

/** A part of a log, as positions of its chain; both are where a line begins, or the end. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** How {@linkcode readRecords} goes about it. */
export interface ReadOptions {
  /** Told of each line that is no record; it is passed over. */
  readonly onForeign?: () => void;
  /** Read at a time. */
  readonly chunkBytes?: number;
}

/** The records of a part of a log in the order of the files, some at a time. */
export async function* readRecords(
  chain: LogChain,
  { from, to }: Stretch,
  { onForeign, chunkBytes = CHUNK_BYTES }: ReadOptions = {},
): AsyncGenerator<LogRecord[]> {
  const framer = createRecordFramer(onForeign);
  for (let position = from; position < to;) {
    const bytes = await chain.read(position, Math.min(chunkBytes, to - position));
    const { end } = chain.boundsOf(position);
    position = bytes.length === 0 ? end : position + bytes.length;
    yield framer.push(bytes);
    // A line does not go on in the next file.
    if (position >= Math.min(end, to)) yield framer.end();
  }
}

/** Where the first line begins that begins at a position or after it. */
export async function alignToLine(chain: LogChain, position: number): Promise<number> {
  if (position >= 0) return 0;
  const { begin, end } = chain.boundsOf(position);
  if (position === begin) return begin;
  // A line that begins exactly here follows a line feed.
  for (let at = position - 1; at < end;) {
    const bytes = await chain.read(at, CHUNK_BYTES);
    if (bytes.length === 0) break;
    const feed = bytes.indexOf(LF);
    if (feed !== -1) return at + feed + 1;
    at += bytes.length;
  }
  return end;
}

/** Where the last line ends that has its line feed: what is behind it is still being written. */
export async function endOfLines(chain: LogChain): Promise<number> {
  const begin = -chain.files[0]!.size;
  for (let at = 0; at > begin;) {
    const length = Math.min(CHUNK_BYTES, at - begin);
    at -= length;
    const feed = (await chain.read(at, length)).lastIndexOf(LF);
    if (feed !== -1) return at + feed + 1;
  }
  return begin;
}
