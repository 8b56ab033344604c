import type { ConsoleFormat } from "../../lib/config/log_settings.ts";
import type { Console } from "./console.ts";
import { createJsonConsole } from "./console_json.ts";
import { type ConsoleStreams, createConsoleStreams, isOneFile } from "./console_streams.ts";
import { createTextConsole } from "./console_text.ts";
import { terminalSize } from "./terminal.ts";

/** Options of {@linkcode createConsole}. */
export interface ConsoleOptions {
  readonly format: ConsoleFormat;
  /** Do not show lines of functions. */
  readonly isQuiet: boolean;
}

/** Creates the console of `serve`. */
export function createConsole(
  options: ConsoleOptions,
  streams: ConsoleStreams = ownStreams(),
): Console {
  switch (options.format) {
    case "text":
      return createTextConsole(streams, {
        isQuiet: options.isQuiet,
        isTerminal: Deno.stderr.isTerminal(),
      });
    case "json":
      return createJsonConsole(streams, options);
    default:
      return options.format satisfies never;
  }
}

function ownStreams(): ConsoleStreams {
  return createConsoleStreams({
    stdout: Deno.stdout,
    stderr: Deno.stderr,
    isOnePlace: isOneFile(1, 2),
    columns: () => terminalSize(Deno.stderr)?.columns,
  });
}
