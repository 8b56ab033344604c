import { formatJsonLine } from "../../lib/system/json_line.ts";
import type { Console } from "./console.ts";
import type { ConsoleStreams } from "./console_streams.ts";

/** Options of {@linkcode createJsonConsole}. */
export interface JsonConsoleOptions {
  readonly isQuiet: boolean;
  /** Returns the time as ISO 8601. */
  readonly now?: () => string;
}

/**
 * Creates a console for programs. Each line is a JSON object with `time`, `level` (`debug`, `info`,
 * `warn`, `error`), `event` and `message`, and with `function` if it concerns one. Events are
 * `serving`, `notice`, `warning`, `debug`, `line`, `ignored` and those of {@linkcode Change}.
 */
export function createJsonConsole(
  streams: ConsoleStreams,
  { isQuiet, now = () => new Date().toISOString() }: JsonConsoleOptions,
): Console {
  function format(level: string, event: string, fields: Readonly<Record<string, unknown>>): string {
    return formatJsonLine({ time: now(), level, event, ...fields });
  }
  const write = (...args: Parameters<typeof format>): void => streams.error(format(...args));

  return {
    flush: streams.flush,
    banner: (report) =>
      write("info", "serving", { message: `serving at ${report.url}`, supervisor: report }),
    print: streams.out,
    say: (message) => write("info", "notice", { message }),
    warn(error) {
      const message = error instanceof Error ? error.message : String(error);
      write("warn", "warning", { message });
    },
    debug: (message) => write("debug", "debug", { message }),
    change(name, { event, message, details, advice = [] }) {
      const level = event === "failed" || event === "hung"
        ? "error"
        : event === "backoff"
        ? "warn"
        : "info";
      const lines = [...details, ...advice];
      const detail = lines.length === 0 ? {} : { detail: lines.join("\n") };
      write(level, event, { function: name, message, ...detail });
    },
    ignored: (name, reason) => write("warn", "ignored", { function: name, message: reason }),
    progress: () => {},
    line(name, stream, { text, isPartial, atMs }) {
      if (isQuiet) return;
      const line = format(stream === "stdout" ? "info" : "error", "line", {
        ...(atMs === undefined ? {} : { time: new Date(atMs).toISOString() }),
        function: name,
        stream,
        message: text,
        ...(isPartial ? { isPartial } : {}),
      });
      if (stream === "stdout") streams.out(line);
      else streams.error(line);
    },
  };
}
