import { dirname } from "node:path";
import { countLines } from "../system/count_lines.ts";

/** How {@linkcode openRotatingFile} writes. */
export interface RotatingFileOptions {
  readonly path: string;
  /** What the file is, for messages: `Log of "hello"`. */
  readonly label: string;
  /** A line that stands for lines which were lost. */
  readonly lostLine: (lost: number) => string;
  /** Size at which the file is put away as `PATH.1`. */
  readonly maxBytes?: number;
  /** How many files there are at most, the current one included. */
  readonly maxFiles?: number;
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
    while (waiting !== "") {
      const text = waiting;
      waiting = "";
      const lines = countLines(text);
      // More may be lost while this is being written; they are told of the next time.
      const missed = lost;
      try {
        await append(missed === 0 ? text : options.lostLine(missed) + text);
        if (missed > 0) onWarning(`${label}: writing again; ${missed} lines were lost`);
        lost -= missed;
      } catch (error) {
        if (lost === 0) {
          onWarning(
            `${label}: cannot write "${path}": ${(error as Error).message}. ` +
              `Lines are lost until that is mended; all else goes on`,
          );
        }
        lost += lines;
      }
    }
    writing = undefined;
  }

  async function append(text: string): Promise<void> {
    await Deno.mkdir(dirname(path), { recursive: true });
    const size = await sizeOf(path);
    if (size > 0 && size + text.length > maxBytes) await rotate(path, maxFiles);
    await Deno.writeTextFile(path, text, { append: true, mode: 0o640 });
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
    },
  };
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await Deno.stat(path)).size;
  } catch {
    return 0;
  }
}

async function rotate(path: string, maxFiles: number): Promise<void> {
  for (let age = maxFiles - 1; age >= 1; age--) {
    const from = age === 1 ? path : `${path}.${age - 1}`;
    try {
      await Deno.rename(from, `${path}.${age}`);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}
