import { type LogChain, openLogChain } from "./log_chain.ts";
import type { LogRecord } from "./log_record.ts";
import { readRecords } from "./read_log.ts";
import { createRecordFramer, type RecordFramer } from "./record_framer.ts";

const CHUNK_BYTES = 256 * 1024;

/** A log that is read while it grows. */
export interface FollowedLog extends Disposable {
  /** Reads all records added since the last call, in batches, across any number of rotations. */
  readonly added: () => AsyncGenerator<LogRecord[]>;
}

/** Options of {@linkcode followLog}. */
export interface FollowOptions {
  /** The log as read so far, which the follower will close; if left out, all records are new. */
  readonly chain?: LogChain | undefined;
  /** Position up to which `chain` was read. */
  readonly from?: number;
  /** Called for each line that is not a record; such lines are skipped. */
  readonly onForeign?: () => void;
}

/** The current file as of the last call. */
interface Current {
  readonly chain: LogChain;
  readonly inode: number | null;
  readonly framer: RecordFramer;
  /** Bytes read so far. */
  offset: number;
}

/** Follows a log. Its file need not exist yet. */
export function followLog(path: string, options: FollowOptions = {}): FollowedLog {
  const { onForeign } = options;
  let current: Current | undefined;
  if (options.chain !== undefined) {
    const { size } = options.chain.files[0]!;
    current = startAt(options.chain, size + (options.from ?? 0));
  }

  function startAt(chain: LogChain, offset: number): Current {
    const { inode } = chain.files[0]!;
    return { chain, inode, framer: createRecordFramer(onForeign), offset };
  }

  async function* readNew(file: Current): AsyncGenerator<LogRecord[]> {
    const { handle } = file.chain.files[0]!;
    const bytes = new Uint8Array(CHUNK_BYTES);
    await handle.seek(file.offset, Deno.SeekMode.Start);
    for (;;) {
      const count = await handle.read(bytes);
      if (count === null) return;
      file.offset += count;
      yield file.framer.push(bytes.subarray(0, count));
    }
  }

  return {
    async *added() {
      const info = statLog(path);
      if (current !== undefined && info?.ino === current.inode) {
        // The file was truncated, and is written from its start again.
        if (info.size < current.offset) current = startAt(current.chain, 0);
        if (info.size > current.offset) yield* readNew(current);
        return;
      }
      if (current !== undefined) yield* readNew(current);
      // The file was rotated or removed, and the next one does not exist yet.
      if (info === undefined) return;
      const chain = await openLogChain(path);
      if (chain === undefined) return;
      const before = current;
      while (!isKnown(chain, before) && await chain.extend());
      current = startAt(chain, 0);
      const oldest = isKnown(chain, before) ? chain.files.at(-1)!.size : 0;
      if (before !== undefined) {
        yield before.framer.end();
        before.chain[Symbol.dispose]();
      }
      const to = -chain.files[0]!.size;
      yield* readRecords(chain, { from: Math.min(to, chain.begin + oldest), to }, {
        ...(onForeign === undefined ? {} : { onForeign }),
      });
      yield* readNew(current);
    },
    [Symbol.dispose]() {
      current?.chain[Symbol.dispose]();
    },
  };
}

/** Returns true if the oldest open file was read before. */
function isKnown({ files }: LogChain, before: Current | undefined): boolean {
  const oldest = files.at(-1)!;
  return before !== undefined &&
    (oldest.inode === before.inode || oldest.identity === before.chain.rotatedIdentity);
}

/** Synchronous, because it is called often for many files, and a thread for each would cost more. */
function statLog(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch {
    return undefined;
  }
}
