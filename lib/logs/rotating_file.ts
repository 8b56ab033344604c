import { countLines } from "../system/count_lines.ts";
import { type AppendLimits, appendLines } from "./append_lines.ts";

/** How {@linkcode openRotatingFile} writes. */
export interface RotatingFileOptions extends Partial<AppendLimits> {
  readonly path: string;
  /** What the file is, for messages: `Log of "hello"`. */
  readonly label: string;
  /** A line that stands for lines which were lost. */
  readonly lostLine: (lost: number) => string;
  /** Told once when lines begin to be lost, and once when that is over. */
  readonly onWarning: (message: string) => void;
}

/** A file that never holds up what writes to it. Disposing of it writes what still waits. */
export interface RotatingFile extends AsyncDisposable {
  /** Takes lines, with their ends; they are written soon, in order. */
  readonly write: (text: string) => void;
}

/** Most that waits in memory for a slow disk, in UTF-16 units. */
const MAX_WAITING = 4 * 1024 * 1024;

const LF = 0x0a;

const encoder = new TextEncoder();

/**
 * A file of lines, appended to over restarts and rotated by size. A full disk or a directory that
 * was removed stops nothing: what could not be written is counted, and the count is written as a
 * line of its own once writing works again.
 */
export function openRotatingFile(options: RotatingFileOptions): RotatingFile {
  const { path, label, maxBytes = 10 * 1024 * 1024, maxFiles = 5, onWarning } = options;
  let waiting = "";
  let lost = 0;
  let writing: Promise<void> | undefined;

  async function flush(): Promise<void> {
    do {
      const text = waiting;
      waiting = "";
      await writeAll(text);
    } while (waiting !== "");
    writing = undefined;
  }

  async function writeAll(text: string): Promise<void> {
    // More may be lost while this is being written; they are told of the next time.
    let missed = lost;
    const notice = encoder.encode(missed === 0 ? "" : options.lostLine(missed));
    let rest = encoder.encode(text);
    if (notice.length + rest.length === 0) return;
    try {
      // Where there is room for the notice alone, it would be all that is ever written.
      let written = await appendLines(path, joined(notice, rest), { maxBytes, maxFiles });
      if (missed > 0) onWarning(`${label}: writing again; ${missed} lines were lost`);
      lost -= missed;
      missed = 0;
      rest = rest.subarray(Math.max(0, written - notice.length));
      while (rest.length > 0) {
        written = await appendLines(path, rest, { maxBytes, maxFiles });
        rest = rest.subarray(written);
      }
    } catch (error) {
      if (lost === 0) {
        onWarning(
          `${label}: cannot write "${path}": ${(error as Error).message}. ` +
            `Lines are lost until that is mended; all else goes on`,
        );
      }
      lost += countFeeds(rest);
    }
  }

  return {
    write(text) {
      if (waiting.length + text.length > MAX_WAITING) {
        if (lost === 0) onWarning(`${label}: the disk is too slow for it. Lines are lost`);
        lost += countLines(text);
        return;
      }
      waiting += text;
      writing ??= flush();
    },
    async [Symbol.asyncDispose]() {
      await writing;
      // Nothing more may come that the count could stand before.
      if (lost > 0) await flush();
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
