import type { LogChain } from "./log_chain.ts";
import type { LogRecord } from "./log_record.ts";
import { createRecordFramer } from "./record_framer.ts";

const CHUNK_BYTES = 256 * 1024;
const LF = 0x0a;

/** A part of a log, as positions in its chain where lines begin or end. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Options of {@linkcode readRecords}. */
export interface ReadOptions {
  /** Called for each line that is not a record; such lines are skipped. */
  readonly onForeign?: () => void;
  /** Maximum bytes of each read. */
  readonly chunkBytes?: number;
}

/** Reads the records of a part of a log in the order of its files, in batches. */
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
    // Lines do not continue in the next file.
    if (position >= Math.min(end, to)) yield framer.end();
  }
}

/** Returns the start of the first line that starts at or after a position. */
export async function alignToLine(chain: LogChain, position: number): Promise<number> {
  if (position >= 0) return 0;
  const { begin, end } = chain.boundsOf(position);
  if (position === begin) return begin;
  // From one byte before, because a line that starts exactly here follows a line feed.
  for (let at = position - 1; at < end;) {
    const bytes = await chain.read(at, CHUNK_BYTES);
    if (bytes.length === 0) break;
    const feed = bytes.indexOf(LF);
    if (feed !== -1) return at + feed + 1;
    at += bytes.length;
  }
  return end;
}

/** Returns the end of the last complete line of the current file. A line after it is incomplete. */
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
