import type { Settings } from "../config/settings.ts";
import type { OutputLine } from "../process/lines.ts";
import { type LogFile, openLogFile } from "../logs/log_file.ts";
import type { StreamName } from "../process/spawn.ts";
import { logMarks } from "./log_marks.ts";
import type { FunctionState } from "./state.ts";

/** Where all functions' lines go that are kept. Disposing of it writes what still waits. */
export interface LogSink extends AsyncDisposable {
  readonly write: (name: string, stream: StreamName, line: OutputLine) => void;
  /** Notes in a function's log what became of it. */
  readonly change: (before: FunctionState | undefined, after: FunctionState | undefined) => void;
}

/** A log file for each function that says something, or of which there is something to say. */
export function openLogSink(
  settings: Pick<
    Settings,
    "logsDirectory" | "logFormat" | "logMaxBytes" | "logMaxFiles" | "saveLogs"
  >,
  onWarning: (message: string) => void,
): LogSink {
  const files = new Map<string, LogFile>();

  function fileOf(name: string): LogFile {
    const open = files.get(name);
    if (open !== undefined) return open;
    const file = openLogFile({
      directory: settings.logsDirectory,
      name,
      format: settings.logFormat,
      maxBytes: settings.logMaxBytes,
      maxFiles: settings.logMaxFiles,
      onWarning,
    });
    files.set(name, file);
    return file;
  }

  function write(name: string, stream: StreamName, line: OutputLine): void {
    if (!settings.saveLogs) return;
    fileOf(name).write({ ...line, stream, time: new Date().toISOString() });
  }

  return {
    write,
    change(before, after) {
      const name = (after ?? before)!.name;
      for (const line of logMarks(before, after)) write(name, "stderr", line);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...files.values()].map((file) => file[Symbol.asyncDispose]()));
    },
  };
}
