import type { FunctionPolicy } from "../function/policy.ts";
import type { Modules } from "../function/revision.ts";
import type { StartedProcess } from "../isolation/isolation.ts";
import type { PlacedConnection } from "../namespace/refused_place.ts";
import type { Exit } from "../process/exit.ts";
import type { LineReceiver, OutputLine, StreamName } from "../process/lines.ts";
import type { Upstream } from "../proxy/upstream.ts";
import type { Endpoint } from "../system/endpoint.ts";
import type { DrainOptions } from "./drain_instance.ts";
import type { Failure } from "./state.ts";
import type { SupervisorContext } from "./supervisor_context.ts";

/** An instance that has a process and is not ready yet. */
export interface StartingInstance {
  /** Start time by `performance.now()`. */
  readonly sinceMs: number;
  /** Path of the health check that it must pass, if any. */
  readonly healthPath: string | undefined;
  /** Returns the first and the last lines of its output. */
  readonly excerpt: () => string;
  /** Returns advice about its output so far, see `adviseOn`. */
  readonly advise: () => readonly string[];
}

/** Receives the progress of a launch. */
export interface InstanceReport {
  /** The manifest of the function's folder was read, and is valid. */
  readonly onPolicy: (policy: FunctionPolicy) => void;
  readonly onChecked: (revision: string, modules: Modules) => void;
  readonly onSpawned: (
    process: StartingInstance & { readonly pid: number; readonly namespace: string | undefined },
  ) => void;
  readonly onWarning: (message: string) => void;
  /** Receives the output, with the policy of the process. */
  readonly onLine: (
    stream: StreamName,
    line: OutputLine,
    policy: FunctionPolicy,
  ) => ReturnType<LineReceiver>;
  /** Receives what the firewall refuses, with the policy of the process. */
  readonly onRefused: (connection: PlacedConnection, policy: FunctionPolicy) => void;
}

/** Settings of a function that decide which files its revision covers, and which Deno runs it. */
export type SourcePolicy = Pick<
  FunctionPolicy,
  "denoVersion" | "watchFiles" | "predeploy" | "writable"
>;

/** Settings of a policy that the supervisor keeps after it has read them: the rest may be large. */
export type KnownPolicy = SourcePolicy & Pick<FunctionPolicy, "ownDomains">;

/** Options of a launch. */
export interface InstanceOptions {
  readonly name: string;
  readonly directory: string;
  /** Modules that an earlier check named. */
  readonly knownModules: Modules;
  /** The policy of an earlier launch; the launch reads the present one anyway. */
  readonly knownPolicy?: SourcePolicy | undefined;
  readonly context: SupervisorContext;
  /** Returns the revision that already serves, which needs no second start. */
  readonly servedRevision: () => string | undefined;
  /** Returns false if nobody needs the function now, so that a passed check is enough. */
  readonly isNeeded: () => boolean;
  /** Returns true while requests wait for the function. */
  readonly isUrgent: () => boolean;
  readonly report: InstanceReport;
  readonly signal: AbortSignal;
}

/** An instance that is ready. */
export interface OpenInstance {
  readonly upstream: Upstream;
  /** Its present address, which may change soon after the start. */
  readonly endpoint: Endpoint;
  /** Process id, as the supervisor sees it. */
  readonly pid: number;
  /** It serves a folder of static files: its address ends with a slash. */
  readonly isFolder: boolean;
  /** Requests keep the prefix of the function's name. */
  readonly keepPrefix: boolean;
  readonly revision: string;
  readonly policy: FunctionPolicy;
  /** Version of its Deno. */
  readonly deno: string;
  /** Returns its present problems, such as egress names that do not resolve; a sentence each. */
  readonly problems: () => readonly string[];
  readonly activity: StartedProcess["activity"];
  /** Reads the disk usage of its data, where that is cheap. */
  readonly readDataUsage: StartedProcess["readDataUsage"];
  /** Reads the memory of all its processes in bytes, where the kernel counts it. */
  readonly readOwnMemory: StartedProcess["readOwnMemory"];
  /** Resolves when the process has ended for any reason. */
  readonly ended: Promise<Exit>;
  /** Returns the first and the last lines of its output. */
  readonly excerpt: () => string;
  /** Prepares the next start of its revision, if that is not prepared. */
  readonly keepNext: () => void;
  /** Waits for in-flight requests and background work, then removes process and sandbox. */
  readonly close: (
    options: Pick<DrainOptions, "drainMs" | "backgroundMs" | "enough" | "force">,
  ) => Promise<void>;
}

/** Result of a launch. */
export type LaunchOutcome =
  | { readonly type: "ready"; readonly instance: OpenInstance }
  /** Passed its check and was not started: its revision serves (`isServed`), or it may stay idle. */
  | { readonly type: "registered"; readonly isServed?: true }
  /** There is no snapshot to start. */
  | { readonly type: "no-snapshot" }
  | { readonly type: "failed"; readonly failure: Omit<Failure, "atMs"> }
  /** The signal aborted; everything is closed again. */
  | { readonly type: "aborted" };
