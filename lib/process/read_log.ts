import { sleep } from "../system/sleep.ts";
import { type LogRecord, parseLogRecord } from "./log_record.ts";

const CHUNK_BYTES = 64 * 1024;
const POLL_MS = 200;
const LF = 0x0a;

/** A place in a log: which file, and how much of it is before that place. */
export interface LogPosition {
  readonly inode: number | null;
  /** In bytes. */
  readonly offset: number;
}

/** The end of a log as it is now; `undefined` when there is none. */
export async function endOfLog(path: string): Promise<LogPosition | undefined> {
  try {
    const { ino, size } = await Deno.stat(path);
    return { inode: ino, offset: size };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/**
 * The last `count` records of a log, the oldest first, read from the end and over rotations as far
 * as they go; up to a place, when one is given. Lines that are no records are passed over.
 */
export async function readLastRecords(
  path: string,
  count: number,
  until?: LogPosition,
): Promise<LogRecord[]> {
  let records: LogRecord[] = [];
  for (let age = 0; records.length < count; age++) {
    const file = age === 0 ? path : `${path}.${age}`;
    const tail = await readTail(file, count - records.length, until);
    if (tail === undefined) break;
    records = [...tail, ...records];
  }
  return records;
}

/** How {@linkcode followRecords} goes about it. */
export interface FollowOptions {
  readonly signal: AbortSignal;
  /** Where to begin; the log's end when left out. */
  readonly from?: LogPosition | undefined;
}

/** Gives each record that is added to a log, over rotations, until the signal aborts. */
export async function* followRecords(
  path: string,
  { signal, from }: FollowOptions,
): AsyncGenerator<LogRecord> {
  let file = await open(path);
  if (from === undefined) await file?.handle.seek(0, Deno.SeekMode.End);
  // A file that was put in its place meanwhile is all new.
  else if (file?.inode === from.inode) await file.handle.seek(from.offset, Deno.SeekMode.Start);
  try {
    while (!signal.aborted) {
      if (file !== undefined) yield* readRecords(file);
      if (await inodeOf(path) === file?.inode) {
        await sleep(POLL_MS, signal);
        continue;
      }
      // The file was put away: what came at its end is still to be had by the open handle.
      if (file !== undefined) yield* readRecords(file);
      file?.handle.close();
      file = await open(path);
      if (file === undefined) await sleep(POLL_MS, signal);
    }
  } finally {
    file?.handle.close();
  }
}

interface OpenLog {
  readonly handle: Deno.FsFile;
  readonly inode: number | null;
  /** The beginning of a line whose end was not there yet. */
  rest: string;
  readonly decoder: TextDecoder;
}

async function open(path: string): Promise<OpenLog | undefined> {
  try {
    const handle = await Deno.open(path);
    return { handle, inode: (await handle.stat()).ino, rest: "", decoder: new TextDecoder() };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function inodeOf(path: string): Promise<number | null | undefined> {
  try {
    return (await Deno.stat(path)).ino;
  } catch {
    return undefined;
  }
}

async function* readRecords(file: OpenLog): AsyncGenerator<LogRecord> {
  const chunk = new Uint8Array(CHUNK_BYTES);
  for (;;) {
    const count = await file.handle.read(chunk);
    if (count === null) return;
    const lines = (file.rest + file.decoder.decode(chunk.subarray(0, count), { stream: true }))
      .split("\n");
    file.rest = lines.pop()!;
    yield* lines.map(parseLogRecord).filter((record) => record !== undefined);
  }
}

/** The last records of one file; `undefined` when there is no such file. */
async function readTail(
  path: string,
  count: number,
  until: LogPosition | undefined,
): Promise<LogRecord[] | undefined> {
  const file = await open(path);
  if (file === undefined) return undefined;
  const { handle } = file;
  try {
    const { ino, size } = await handle.stat();
    let position = until?.inode === ino ? until.offset : size;
    let records: LogRecord[] = [];
    let rest = new Uint8Array(0);
    while (position > 0 && records.length < count) {
      const length = Math.min(CHUNK_BYTES, position);
      position -= length;
      const chunk = await readAt(handle, position, length);
      const bytes = new Uint8Array(chunk.length + rest.length);
      bytes.set(chunk);
      bytes.set(rest, chunk.length);
      const begin = position === 0 ? 0 : firstLineBegin(bytes);
      rest = bytes.subarray(0, begin);
      const lines = new TextDecoder().decode(bytes.subarray(begin)).split("\n");
      records = [...lines.map(parseLogRecord).filter((one) => one !== undefined), ...records];
    }
    return records.slice(-count);
  } finally {
    handle.close();
  }
}

/** Where the first whole line begins: what is before it has its own beginning further ahead. */
function firstLineBegin(bytes: Uint8Array): number {
  const end = bytes.indexOf(LF);
  return end === -1 ? bytes.length : end + 1;
}

async function readAt(file: Deno.FsFile, position: number, length: number): Promise<Uint8Array> {
  await file.seek(position, Deno.SeekMode.Start);
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const count = await file.read(bytes.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}
