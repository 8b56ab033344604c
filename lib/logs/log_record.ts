import type { LogFormat } from "../config/log_settings.ts";
import type { OutputLine } from "../process/lines.ts";
import type { StreamName } from "../process/spawn.ts";

/** A line of a function's log. */
export interface LogRecord extends Omit<OutputLine, "atMs"> {
  /** ISO 8601 in UTC, with milliseconds. */
  readonly time: string;
  readonly stream: StreamName;
}

/**
 * Formats a record as a line of a log file with its line feed. `cri` is the format of the container
 * runtime interface, `docker` that of Docker's json-file driver.
 *
 * @example
 * ```ts
 * import { formatLogRecord } from "./log_record.ts";
 * const time = "2024-12-15T11:06:22.074Z";
 * formatLogRecord({ time, stream: "stdout", text: "hi", isPartial: false }, "cri");
 * // "2024-12-15T11:06:22.074Z stdout F hi\n"
 * ```
 */
export function formatLogRecord(record: LogRecord, format: LogFormat): string {
  const { time, stream, text, isPartial } = record;
  switch (format) {
    case "cri":
      return `${time} ${stream} ${isPartial ? "P" : "F"} ${text}\n`;
    case "docker":
      return `${JSON.stringify({ log: isPartial ? text : `${text}\n`, stream, time })}\n`;
    default:
      return format satisfies never;
  }
}

/** Parses a line of a log file in either format. Returns `undefined` if it is neither. */
export function parseLogRecord(line: string): LogRecord | undefined {
  return line.startsWith("{") ? parseDocker(line) : parseCri(line);
}

function parseCri(line: string): LogRecord | undefined {
  const match = /^(\d{4}-\d\d-\d\dT\S+) (stdout|stderr) ([FP]) (.*)$/s.exec(line);
  if (match === null) return undefined;
  const [, time = "", stream, tag, text = ""] = match;
  if (Number.isNaN(Date.parse(time))) return undefined;
  return { time, stream: stream as StreamName, isPartial: tag === "P", text };
}

function parseDocker(line: string): LogRecord | undefined {
  try {
    const { log, stream, time } = JSON.parse(line) as Record<string, unknown>;
    if (typeof log !== "string" || typeof time !== "string") return undefined;
    if (stream !== "stdout" && stream !== "stderr") return undefined;
    if (Number.isNaN(Date.parse(time))) return undefined;
    return { time, stream, isPartial: !log.endsWith("\n"), text: log.replace(/\n$/, "") };
  } catch {
    return undefined;
  }
}
