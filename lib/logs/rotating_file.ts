import { countLines } from "../system/count_lines.ts";
import { type AppendLimits, appendLines } from "./append_lines.ts";

/** Options of {@linkcode openRotatingFile}. */
export interface RotatingFileOptions extends Partial<AppendLimits> {
  readonly path: string;
  /** Name of the file in warnings: `Log of "hello"`. */
  readonly label: string;
  /** Formats the line that replaces dropped lines. */
  readonly droppedLine: (dropped: number) => string;
  /** Receives a warning when lines begin to be dropped, and another when writing works again. */
  readonly onWarning: (message: string) => void;
  /** Called when all lines are written: then a new one of the same path can take its place. */
  readonly onIdle?: () => void;
}

/** A file that never blocks its writers. Disposing of it writes all queued lines. */
export interface RotatingFile extends AsyncDisposable {
  /**
   * Queues lines, with their line feeds, to be written. Returns a promise if the queue is long; it
   * resolves when that is being written, or can't be.
   */
  readonly write: (text: string) => Promise<void> | undefined;
}

/** Maximum length of queued text in UTF-16 units. */
const MAX_QUEUED = 4 * 1024 * 1024;

/** Length of queued text above which a writer that can wait should do so. */
const MANY_QUEUED = MAX_QUEUED / 4;

const LF = 0x0a;

const encoder = new TextEncoder();

/**
 * Opens a file of lines, which is appended to across restarts and rotated by size. If writing fails
 * or is too slow, lines are dropped and counted. When writing works again, the file gets a line with
 * that count.
 */
export function openRotatingFile(options: RotatingFileOptions): RotatingFile {
  const { path, label, maxBytes = 10 * 1024 * 1024, maxFiles = 5, onWarning } = options;
  let queued = "";
  let dropped = 0;
  let writing: Promise<void> | undefined;
  let room: PromiseWithResolvers<void> | undefined;

  async function flush(): Promise<void> {
    do {
      const text = queued;
      queued = "";
      room?.resolve();
      room = undefined;
      await writeAll(text);
    } while (queued !== "");
    writing = undefined;
    if (dropped === 0) options.onIdle?.();
  }

  async function writeAll(text: string): Promise<void> {
    // Lines that are dropped while this is written are reported with the next write.
    const reported = dropped;
    const notice = encoder.encode(reported === 0 ? "" : options.droppedLine(reported));
    let rest = encoder.encode(text);
    if (notice.length + rest.length === 0) return;
    try {
      // In one write: otherwise a disk with little room might take nothing but notices.
      let written = await appendLines(path, joined(notice, rest), { maxBytes, maxFiles });
      if (reported > 0) onWarning(`${label}: writing again; ${reported} lines were dropped`);
      dropped -= reported;
      rest = rest.subarray(Math.max(0, written - notice.length));
      while (rest.length > 0) {
        written = await appendLines(path, rest, { maxBytes, maxFiles });
        rest = rest.subarray(written);
      }
    } catch (error) {
      if (dropped === 0) {
        onWarning(
          `${label}: cannot write "${path}": ${(error as Error).message}. ` +
            `Dropping log lines until this is fixed; functions keep running`,
        );
      }
      dropped += countFeeds(rest);
    }
  }

  return {
    write(text) {
      if (queued.length + text.length > MAX_QUEUED) {
        if (dropped === 0) onWarning(`${label}: the disk is too slow. Dropping log lines`);
        dropped += countLines(text);
      } else {
        queued += text;
        writing ??= flush();
      }
      if (queued.length <= MANY_QUEUED) return undefined;
      room ??= Promise.withResolvers();
      return room.promise;
    },
    async [Symbol.asyncDispose]() {
      await writing;
      // There may be no further lines with which to write the count.
      if (dropped > 0) await flush();
    },
  };
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}

function countFeeds(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) count++;
  return count;
}
