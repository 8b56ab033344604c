import { join } from "node:path";
import type { LogFormat } from "../config/settings.ts";
import { formatLogRecord, type LogRecord } from "./log_record.ts";

/** How {@linkcode openLogFile} writes. */
export interface LogFileOptions {
  readonly directory: string;
  /** The function; its file is `NAME.log`. */
  readonly name: string;
  readonly format: LogFormat;
  /** Size at which the file is put away as `NAME.log.1`. */
  readonly maxBytes?: number;
  /** How many files there are at most, the current one included. */
  readonly maxFiles?: number;
  /** Told once when lines begin to be lost, and once when that is over. */
  readonly onWarning: (message: string) => void;
}

/** A log file that never holds up what it logs. */
export interface LogFile extends AsyncDisposable {
  /** Takes a record; it is written soon, in order. */
  readonly write: (record: LogRecord) => void;
}

/** Most that waits in memory for a slow disk, in UTF-16 units. */
const MAX_WAITING = 4 * 1024 * 1024;

/** Where a function's log is. */
export function logFilePath(directory: string, name: string): string {
  return join(directory, `${name}.log`);
}

/**
 * A function's log file, appended to over restarts and rotated by size. A full disk or a directory
 * that was removed stops nothing: what could not be written is counted, and the count is written
 * as a line of its own once writing works again.
 */
export function openLogFile(options: LogFileOptions): LogFile {
  const { maxBytes = 10 * 1024 * 1024, maxFiles = 5, format, onWarning } = options;
  const path = logFilePath(options.directory, options.name);
  let waiting = "";
  let lost = 0;
  let writing: Promise<void> | undefined;

  async function flush(): Promise<void> {
    while (waiting !== "") {
      const text = waiting;
      waiting = "";
      const lines = text.split("\n").length - 1;
      // More may be lost while this is being written; they are told of the next time.
      const missed = lost;
      try {
        await append(missed === 0 ? text : lostLine(missed, format) + text);
        if (missed > 0) {
          onWarning(`Log of "${options.name}": writing again; ${missed} lines were lost`);
        }
        lost -= missed;
      } catch (error) {
        if (lost === 0) {
          onWarning(
            `Log of "${options.name}": cannot write "${path}": ${(error as Error).message}. ` +
              `Lines are lost until that is mended; the function goes on`,
          );
        }
        lost += lines;
      }
    }
    writing = undefined;
  }

  async function append(text: string): Promise<void> {
    await Deno.mkdir(options.directory, { recursive: true });
    if (await sizeOf(path) >= maxBytes) await rotate(path, maxFiles);
    await Deno.writeTextFile(path, text, { append: true, mode: 0o640 });
  }

  return {
    write(record) {
      if (waiting.length > MAX_WAITING) {
        if (lost++ === 0) {
          onWarning(`Log of "${options.name}": the disk is too slow for it. Lines are lost`);
        }
        return;
      }
      waiting += formatLogRecord(record, format);
      writing ??= flush();
    },
    async [Symbol.asyncDispose]() {
      await writing;
    },
  };
}

function lostLine(lost: number, format: LogFormat): string {
  const text = `ddsrv: ${lost} lines could not be written here`;
  const time = new Date().toISOString();
  return formatLogRecord({ time, stream: "stderr", text, isPartial: false }, format);
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
