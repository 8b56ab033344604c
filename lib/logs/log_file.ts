import { join } from "node:path";
import type { LogFormat } from "../config/log_settings.ts";
import type { AppendLimits } from "./append_lines.ts";
import { formatLogRecord, type LogRecord } from "./log_record.ts";
import { openRotatingFile } from "./rotating_file.ts";

/** How {@linkcode openLogFile} writes. */
export interface LogFileOptions extends Partial<AppendLimits> {
  readonly directory: string;
  /** The function; its file is `NAME.log`. */
  readonly name: string;
  readonly format: LogFormat;
  /** Told once when lines begin to be lost, and once when that is over. */
  readonly onWarning: (message: string) => void;
}

/** A log file that never holds up what it logs. */
export interface LogFile extends AsyncDisposable {
  /** Takes a record; it is written soon, in order. */
  readonly write: (record: LogRecord) => void;
}

/** Where a function's log is. */
export function logFilePath(directory: string, name: string): string {
  return join(directory, `${name}.log`);
}

/** A function's log file, appended to over restarts and rotated by size. */
export function openLogFile(options: LogFileOptions): LogFile {
  const { directory, name, format } = options;
  const file = openRotatingFile({
    ...options,
    path: logFilePath(directory, name),
    label: `Log of "${name}"`,
    lostLine: (lost) => lostLine(lost, format),
  });
  return {
    write: (record) => file.write(formatLogRecord(record, format)),
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  };
}

function lostLine(lost: number, format: LogFormat): string {
  const text = `ddsrv: ${lost} lines could not be written here`;
  const time = new Date().toISOString();
  return formatLogRecord({ time, stream: "stderr", text, isPartial: false }, format);
}
