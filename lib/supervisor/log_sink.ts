import type { Settings } from "../config/settings.ts";
import type { LineReceiver, OutputLine, StreamName } from "../process/lines.ts";
import { type LogFile, openLogFile } from "../logs/log_file.ts";
import { logMarks } from "./log_marks.ts";
import type { FunctionState } from "./state.ts";

/** Writes the log files of all functions. Disposing of it writes the remaining lines. */
export interface LogSink extends AsyncDisposable {
  /** Returns a promise if much waits to be written; it resolves when that is less. */
  readonly write: (
    name: string,
    stream: StreamName,
    line: OutputLine,
  ) => ReturnType<LineReceiver>;
  /** Writes a change of a function's state into its log, see `logMarks`. */
  readonly change: (before: FunctionState | undefined, after: FunctionState | undefined) => void;
}

/** Opens the log files, one for each function, with its first line. */
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
      // Most functions write nothing for a long time, and each file takes a kilobyte of memory.
      onIdle: () => void files.delete(name),
    });
    files.set(name, file);
    return file;
  }

  function write(
    name: string,
    stream: StreamName,
    { text, isPartial, atMs = Date.now() }: OutputLine,
  ): ReturnType<LineReceiver> {
    if (!settings.saveLogs) return;
    return fileOf(name).write({ text, isPartial, stream, time: new Date(atMs).toISOString() });
  }

  return {
    write,
    change(before, after) {
      const name = (after ?? before)!.name;
      for (const line of logMarks(before, after)) void write(name, "stderr", line);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...files.values()].map((file) => file[Symbol.asyncDispose]()));
    },
  };
}
