import type { SupervisorReport } from "../../lib/control/api.ts";
import type { OutputLine } from "../../lib/process/lines.ts";
import type { StreamName } from "../../lib/process/spawn.ts";
import type { Status } from "../../lib/supervisor/state.ts";
import type { Change } from "./describe_change.ts";

/** Console output of `ddsrv serve`. Lines of functions go to the same stream as in the function. */
export interface Console {
  readonly banner: (report: SupervisorReport) => void;
  /** Writes whole lines to standard output. */
  readonly print: (text: string) => void;
  readonly say: (message: string) => void;
  readonly warn: (message: unknown) => void;
  /** Prints a message that is shown only with DEBUG. */
  readonly debug: (message: string) => void;
  readonly change: (name: string, change: Change) => void;
  /** Reports a directory that is not served. */
  readonly ignored: (name: string, reason: string) => void;
  /** Updates the progress line with the status of all functions. */
  readonly progress: (statuses: ReadonlyMap<string, Status>) => void;
  readonly line: (name: string, stream: StreamName, line: OutputLine) => void;
  /** Resolves when everything is written. */
  readonly flush: () => Promise<void>;
}
