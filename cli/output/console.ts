import type { SupervisorReport } from "../../lib/control/api.ts";
import type { OutputLine } from "../../lib/process/lines.ts";
import type { StreamName } from "../../lib/process/spawn.ts";
import type { Status } from "../../lib/supervisor/state.ts";
import type { Change } from "./describe_change.ts";

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
