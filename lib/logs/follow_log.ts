import { type LogChain, openLogChain } from "./log_chain.ts";
import type { LogRecord } from "./log_record.ts";
import { readRecords } from "./read_log.ts";
import { createRecordFramer, type RecordFramer } from "./record_framer.ts";

const CHUNK_BYTES = 256 * 1024;

/** A log that is looked at again and again. */
export interface FollowedLog extends Disposable {
  /** What was added since the last look, some at a time; over any number of rotations. */
  readonly added: () => AsyncGenerator<LogRecord[]>;
}

/** How {@linkcode followLog} goes about it. */
export interface FollowOptions {
  /** The log as it was read up to now, which is taken over; all of it is new when left out. */
  readonly chain?: LogChain | undefined;
  /** The position up to which it was read. */
  readonly from?: number;
  /** Told of each line that is no record; it is passed over. */
  readonly onForeign?: () => void;
}

/** The file that is written to, as far as is known. */
interface Current {
  readonly chain: LogChain;
  readonly inode: number | null;
  readonly framer: RecordFramer;
  /** In bytes, from the file's begin. */
  offset: number;
}

/** Follows a log, whether there is a file of it yet or not. */
export function followLog(path: string, options: FollowOptions = {}): FollowedLog {
  const { onForeign } = options;
  let current: Current | undefined;
  if (options.chain !== undefined) {
    const { size } = options.chain.files[0]!;
    current = taken(options.chain, size + (options.from ?? 0));
  }

  function taken(chain: LogChain, offset: number): Current {
    const { inode } = chain.files[0]!;
    return { chain, inode, framer: createRecordFramer(onForeign), offset };
  }

  async function* readOn(file: Current): AsyncGenerator<LogRecord[]> {
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
      const info = look(path);
      if (current !== undefined && info?.ino === current.inode) {
        // Somebody has emptied it, and it is written anew from its begin.
        if (info.size < current.offset) current = taken(current.chain, 0);
        if (info.size > current.offset) yield* readOn(current);
        return;
      }
      if (current !== undefined) yield* readOn(current);
      // It was put away, or taken away, and the next one is not there yet.
      if (info === undefined) return;
      const chain = await openLogChain(path);
      if (chain === undefined) return;
      const before = current;
      while (!isKnown(chain, before) && await chain.extend());
      current = taken(chain, 0);
      const oldest = isKnown(chain, before) ? chain.files.at(-1)!.size : 0;
      if (before !== undefined) {
        yield before.framer.end();
        before.chain[Symbol.dispose]();
      }
      const to = -chain.files[0]!.size;
      yield* readRecords(chain, { from: Math.min(to, chain.begin + oldest), to }, {
        ...(onForeign === undefined ? {} : { onForeign }),
      });
      yield* readOn(current);
    },
    [Symbol.dispose]() {
      current?.chain[Symbol.dispose]();
    },
  };
}

/** Whether the oldest file that is open had been read before. */
function isKnown({ files }: LogChain, before: Current | undefined): boolean {
  const oldest = files.at(-1)!;
  return before !== undefined &&
    (oldest.inode === before.inode || oldest.identity === before.chain.elder);
}

/** A look that needs no thread: it is taken often, and at many files. */
function look(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch {
    return undefined;
  }
}
