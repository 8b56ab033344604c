import type { FunctionPolicy } from "../function/policy.ts";
import type { Modules } from "../function/revision.ts";
import type { StartedProcess } from "../isolation/isolation.ts";
import type { Exit } from "../process/exit.ts";
import type { OutputLine } from "../process/lines.ts";
import type { StreamName } from "../process/spawn.ts";
import type { Upstream } from "../proxy/upstream.ts";
import type { Endpoint } from "../system/endpoint.ts";
import type { Failure } from "./state.ts";
import type { SupervisorContext } from "./supervisor_context.ts";

/** An instance whose process is there and is not ready yet. */
export interface StartingInstance {
  /** By the supervisor's own clock, which never steps: `performance.now()`. */
  readonly sinceMs: number;
  /** What is asked of it beside listening; nothing when left out. */
  readonly healthPath: string | undefined;
  /** The lines that it wrote last. */
  readonly lastLines: () => string;
}

/** What is told while an instance opens. */
export interface InstanceReport {
  readonly onChecked: (revision: string, modules: Modules) => void;
  readonly onSpawned: (
    process: StartingInstance & { readonly pid: number; readonly namespace: string | undefined },
  ) => void;
  readonly onWarning: (message: string) => void;
  readonly onLine: (stream: StreamName, line: OutputLine) => void;
}

/** What is to be opened. */
export interface InstanceOptions {
  readonly name: string;
  readonly directory: string;
  /** Modules that an earlier check named. */
  readonly knownModules: Modules;
  readonly context: SupervisorContext;
  /** A revision that serves already, which is not to be started once more. */
  readonly servedRevision: () => string | undefined;
  /** Whether it is needed at present, and not only to be known as good. */
  readonly isNeeded: () => boolean;
  /** Whether requests wait for it. */
  readonly isUrgent: () => boolean;
  readonly report: InstanceReport;
  readonly signal: AbortSignal;
}

/** An instance that is ready. */
export interface OpenInstance {
  readonly upstream: Upstream;
  /** Where it listens. */
  readonly endpoint: Endpoint;
  /** Its own process id, as the supervisor sees it. */
  readonly pid: number;
  /** Its requests come with the prefix. */
  readonly keepPrefix: boolean;
  readonly revision: string;
  readonly policy: FunctionPolicy;
  /** What of its egress can't be had at present. */
  readonly problems: () => readonly string[];
  /** Disk usage of its data, where that is cheap to read. */
  readonly readDataUsage: StartedProcess["readDataUsage"];
  /** Resolves when the process has ended, for whatever reason. */
  readonly ended: Promise<Exit>;
  /** What it said last. */
  readonly lastLines: () => string;
  /** Lets requests finish for at most `drainMs`, then takes everything away. */
  readonly close: (
    options: { readonly drainMs: number; readonly force: AbortSignal },
  ) => Promise<void>;
}

/** What came of an attempt. */
export type Opened =
  | { readonly type: "ready"; readonly instance: OpenInstance }
  /** It is good, and not started: it serves already, or may be idle and nobody needs it. */
  | { readonly type: "registered" }
  /** Nothing is kept that could be started. */
  | { readonly type: "no-snapshot" }
  | { readonly type: "failed"; readonly failure: Omit<Failure, "atMs"> }
  /** The signal aborted; nothing is left. */
  | { readonly type: "aborted" };
