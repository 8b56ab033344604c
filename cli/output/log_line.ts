import type { LogRecord } from "../../lib/logs/log_record.ts";
import { formatJsonLine } from "../../lib/system/json_line.ts";
import { nameColour } from "./name_colour.ts";
import { makeVisible } from "./visible.ts";

/** What a part of a line may be painted with. */
export type LogStyle = ReturnType<typeof nameColour> | "red" | "dim";

/** How lines are shown. */
export interface LogLineOptions {
  readonly shape: "prefixed" | "text" | "json";
  /** Gives a text its colour, or as it is where there are none. */
  readonly paint: (style: LogStyle, text: string) => string;
}

/** Stands at the end of a line that goes on, and whose rest is not known. */
const CUT = "…";

/** A record as it is shown, with its line feed; whatever it holds, it is one line. */
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
