import type { LogRecord } from "../../lib/logs/log_record.ts";
import { formatJsonLine } from "../../lib/system/json_line.ts";
import { nameColour } from "./name_colour.ts";
import { makeVisible } from "./visible.ts";

/** Style of a part of a line. */
export type LogStyle = ReturnType<typeof nameColour> | "red" | "dim";

/** Options of {@linkcode formatLogLine}. */
export interface LogLineOptions {
  readonly shape: "prefixed" | "text" | "json";
  /** Adds a color to a text, or returns it unchanged. */
  readonly paint: (style: LogStyle, text: string) => string;
}

/** Marks a partial line. */
const CUT = "…";

/** Formats a record as exactly one line, with its line feed; escapes control characters. */
export function formatLogLine(
  name: string,
  record: LogRecord,
  { shape, paint }: LogLineOptions,
): string {
  const { time, stream, isPartial } = record;
  if (shape === "json") return formatJsonLine({ name, time, stream, text: record.text, isPartial });
  const plain = makeVisible(record.text);
  const text = stream === "stderr" && plain !== "" ? paint("red", plain) : plain;
  const line = isPartial ? text + paint("dim", CUT) : text;
  if (shape === "text") return `${line}\n`;
  const prefix = paint(nameColour(name), `[${makeVisible(name)}]`);
  return `${paint("dim", makeVisible(time))} ${prefix} ${line}\n`;
}
