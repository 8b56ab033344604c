import type { ConsoleFormat } from "../../lib/config/log_settings.ts";
import type { SupervisorReport } from "../../lib/control/api.ts";
import type { OutputLine } from "../../lib/process/lines.ts";
import type { StreamName } from "../../lib/process/spawn.ts";
import type { Status } from "../../lib/supervisor/state.ts";
import type { Change } from "./changes.ts";
import { createJsonConsole } from "./console_json.ts";
import { type ConsoleStreams, createConsoleStreams, isOneFile } from "./console_streams.ts";
import { createTextConsole } from "./console_text.ts";
import { terminalSize } from "./terminal.ts";

/** What `ddsrv serve` says while it runs. Functions' lines go where the functions sent them. */
export interface Console {
  readonly banner: (report: SupervisorReport) => void;
  /** Writes lines to standard output as they are. */
  readonly print: (text: string) => void;
  readonly say: (message: string) => void;
  readonly warn: (message: unknown) => void;
  /** Says what only those want to know who asked for it with DEBUG. */
  readonly debug: (message: string) => void;
  readonly change: (name: string, change: Change) => void;
  /** A directory is not served, for that reason. */
  readonly ignored: (name: string, reason: string) => void;
  /** How all functions are, for whoever watches them come up. */
  readonly progress: (statuses: ReadonlyMap<string, Status>) => void;
  readonly line: (name: string, stream: StreamName, line: OutputLine) => void;
  /** Resolves when all that was said is written. */
  readonly flush: () => Promise<void>;
}

/** How a console looks. */
export interface ConsoleOptions {
  readonly format: ConsoleFormat;
  /** Lines of functions are not shown. */
  readonly isQuiet: boolean;
}

/** The console of one `serve`. */
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
