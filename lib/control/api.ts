import type { IsolationLevel } from "../config/isolation_level.ts";
import type { VariableSource } from "../function/variable_layers.ts";
import { type Pending, type Refreshed, STATUSES } from "../supervisor/state.ts";

/** Where the API begins; a change that breaks a client gets another number. */
export const API_PREFIX = "/v1";

/** The field of every answer that says which API this is, so that another server is known. */
export const VERSION_FIELD = "ddsrv-api";

/** What that field holds. */
export const API_VERSION = "v1";

/** The running supervisor: `GET /v1`. */
export interface SupervisorReport {
  readonly version: string;
  readonly pid: number;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Where the proxy listens. */
  readonly url: string;
  readonly functionsDirectory: string;
  /** Where log files are; `null` when none are written. */
  readonly logsDirectory: string | null;
  /** Holds what functions keep, a directory for each. */
  readonly dataDirectory: string;
  readonly isolation: IsolationLevel;
  /** Tag of everything that this supervisor made in the kernel. */
  readonly owner: string;
}

/** Every status of a directory; those that are `ignored` are no functions. */
export const REPORTED_STATUSES = [...STATUSES, "ignored"] as const;

/** One of them. */
export type ReportedStatus = typeof REPORTED_STATUSES[number];

/** One directory of the functions directory: `GET /v1/functions` gives an array of them. */
export interface FunctionReport {
  readonly name: string;
  /** `ignored` directories are not served; `reason` says why. */
  readonly status: ReportedStatus;
  /** What is under way for it; `null` when it is settled. */
  readonly pending: Pending | null;
  /** Why it is as it is, or what its start waits for; `null` when all is well. */
  readonly reason: string | null;
  /** Diagnostics or last lines of what failed or starts slowly; `null` when there are none. */
  readonly detail: string | null;
  readonly url: string | null;
  /** First 12 hexadecimal digits of the revision that serves, else of the one that is tried. */
  readonly revision: string | null;
  /** The newer revision that failed while this one goes on serving. */
  readonly failedRevision: string | null;
  /** The newer revision in its folder, which waits for `reload` under `--no-watch`. */
  readonly newerRevision: string | null;
  readonly pid: number | null;
  readonly namespace: string | null;
  /** `host:port` that the proxy connects to. */
  readonly upstream: string | null;
  readonly uptimeMs: number | null;
  /** Times that its process ended by itself, also before it listened, or hung. */
  readonly restarts: number;
  /** When ddsrv tries again what failed, in ISO 8601; `null` when nothing is due. */
  readonly nextTryAt: string | null;
  /** Resident memory of the serving process. */
  readonly memoryBytes: number | null;
  /** Time that the serving process has had a processor, since it started. */
  readonly cpuMs: number | null;
  /** Disk usage of a serving function; `null` when it is unknown. */
  readonly dataBytes: number | null;
  /** The most that it may keep. */
  readonly dataLimitBytes: number | null;
  /** Requests that were answered, or came to nothing, since there is a function of that name. */
  readonly requests: number;
  /** Those that the function is to blame for: answered with 5xx, or cut short. */
  readonly errors: number;
  /** Requests that are being answered, tunnels included. */
  readonly inFlight: number;
  /** Requests that wait for it to be ready. */
  readonly waiting: number;
  readonly directory: string | null;
  readonly isolation: IsolationLevel;
  /** Revisions that `rollback` can put back, newest first, each by its first 12 digits. */
  readonly kept: readonly string[];
  /** What the serving instance may reach, as it would be written; `null` when none serves. */
  readonly egress: string | null;
  /** What of that can't be had at present, a sentence each. */
  readonly problems: readonly string[];
}

/** What passed between clients and a function: `GET /v1/traffic` gives an array of them. */
export interface TrafficReport {
  readonly name: string;
  readonly requests: number;
  readonly errors: number;
  readonly inFlight: number;
  readonly waiting: number;
  /** Bytes of requests' bodies. */
  readonly receivedBytes: number;
  /** Bytes of answers' bodies. */
  readonly sentBytes: number;
  /** From a request's head to that of its answer, in all. */
  readonly latencyMs: number;
  /** Requests by that time: one count for each of `LATENCY_BOUNDS_MS`, and one behind. */
  readonly latencies: readonly number[];
}

/** What `POST /v1/functions/NAME/rollback?to=…` has put back. */
export interface RollbackReport {
  /** 64 hexadecimal digits. */
  readonly revision: string;
}

/**
 * What to wait for at `GET /v1/functions/NAME?until=…`: that nothing is under way, that nothing is
 * left of it, or that its `pending` is another than `since=…` says, where `none` stands for `null`.
 */
export type Until = "settled" | "gone" | "changed";

/** What `pending` was, for `until=changed&since=…`. */
export type Since = Pending | "none";

/** A check to be made: `POST /v1/check`. */
export interface CheckRequest {
  /** Name of a directory below the functions directory; hidden ones are allowed. */
  readonly name: string;
  /** The name that it is to have as a function. */
  readonly as: string;
  /** Variables that it will get beside those that are set for it by now. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
}

/** What a check found; no problem means that `serve` would start it. */
export interface CheckReport {
  readonly problem: string | null;
}

/** A variable of a function: `GET /v1/functions/NAME/variables` gives an array of them. */
export interface VariableReport {
  readonly name: string;
  /** Where its value comes from; `set` by the operator for this function. */
  readonly source: VariableSource;
  /** Other sources that name it, whose values do not count. */
  readonly overrides: readonly VariableSource[];
  /** When it was set, as ISO 8601; `null` for what files and settings say. */
  readonly setAt: string | null;
}

/** Variables to set and unset for a function, all or none: `POST /v1/functions/NAME/variables`. */
export interface VariablesRequest {
  readonly set?: Readonly<Record<string, string>> | undefined;
  readonly unset?: readonly string[] | undefined;
  /** Leave what runs as it is; it gets them with its next start. */
  readonly isReloading?: boolean | undefined;
}

/** What came of it. */
export interface VariablesChange {
  /** Names whose value is another one than before, or that are gone. */
  readonly changed: readonly string[];
  /** What takes it back: `POST /v1/functions/NAME/variables/undo?change=…`; `null` for nothing. */
  readonly change: string | null;
  /** What became of the function; `absent` where there is none yet. */
  readonly effect: Refreshed;
}

/** Any answer that is no success. */
export interface ErrorReport {
  readonly error: string;
}
