import { join } from "node:path";
import type { LogFormat } from "../config/log_settings.ts";
import type { AppendLimits } from "./append_lines.ts";
import { formatLogRecord, type LogRecord } from "./log_record.ts";
import { openRotatingFile } from "./rotating_file.ts";

/** Options of {@linkcode openLogFile}. */
export interface LogFileOptions extends Partial<AppendLimits> {
  readonly directory: string;
  /** Name of the function; its file is `NAME.log`. */
  readonly name: string;
  readonly format: LogFormat;
  /** Receives a warning when lines begin to be dropped, and another when writing works again. */
  readonly onWarning: (message: string) => void;
  /** Called when all records are written: then a new one of the same name can take its place. */
  readonly onIdle?: () => void;
}

/** A log file that never blocks its writers. */
export interface LogFile extends AsyncDisposable {
  /** Queues a record to be written, see `RotatingFile`. */
  readonly write: (record: LogRecord) => Promise<void> | undefined;
}

/** Returns the path of a function's log file. */
export function logFilePath(directory: string, name: string): string {
  return join(directory, `${name}.log`);
}

/** Opens a function's log file, which is appended to across restarts and rotated by size. */
export function openLogFile(options: LogFileOptions): LogFile {
  const { directory, name, format } = options;
  const file = openRotatingFile({
    ...options,
    path: logFilePath(directory, name),
    label: `Log of "${name}"`,
    droppedLine: (dropped) => droppedLine(dropped, format),
  });
  return {
    write: (record) => file.write(formatLogRecord(record, format)),
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  };
}

function droppedLine(dropped: number, format: LogFormat): string {
  const text = `ddsrv: ${dropped} lines could not be written here`;
  const time = new Date().toISOString();
  return formatLogRecord({ time, stream: "stderr", text, isPartial: false }, format);
}
