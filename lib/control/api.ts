import type { IsolationLevel } from "../config/settings.ts";
import type { VariableSource } from "../function/variable_layers.ts";
import { type Pending, type Refreshed, STATUSES } from "../supervisor/state.ts";

/** Prefix of all paths; an incompatible change gets another number. */
export const API_PREFIX = "/v1";

/** Response field with the version of the API; other servers do not send it. */
export const VERSION_FIELD = "ddsrv-api";

/** Value of {@linkcode VERSION_FIELD}. */
export const API_VERSION = "v1";

/** The running supervisor: `GET /v1`. */
export interface SupervisorReport {
  readonly version: string;
  readonly pid: number;
  /** ISO 8601. */
  readonly startedAt: string;
  /** URL of the proxy. */
  readonly url: string;
  readonly functionsDirectory: string;
  /** Directory of log files; `null` without log files. */
  readonly logsDirectory: string | null;
  /** Holds one data directory per function. */
  readonly dataDirectory: string;
  readonly isolation: IsolationLevel;
  /** Tag in the names of this supervisor's kernel objects. */
  readonly owner: string;
}

/** All statuses of a directory; an `ignored` directory is not a function. */
export const REPORTED_STATUSES = [...STATUSES, "ignored"] as const;

/** Status of a directory. */
export type ReportedStatus = typeof REPORTED_STATUSES[number];

/** One directory of the functions directory: `GET /v1/functions` returns an array of them. */
export interface FunctionReport {
  readonly name: string;
  /** Directories with `ignored` are not served; `reason` says why. */
  readonly status: ReportedStatus;
  /** Pending work; `null` when the function is settled. */
  readonly pending: Pending | null;
  /** Reason for the status, or what a slow start waits for; `null` while the function is well. */
  readonly reason: string | null;
  /** Diagnostics or last output lines of a failure or slow start; `null` if there are none. */
  readonly detail: string | null;
  readonly url: string | null;
  /** First 12 hexadecimal digits of the serving revision, else of the last attempt. */
  readonly revision: string | null;
  /** Newer revision that failed while this one keeps serving. */
  readonly failedRevision: string | null;
  /** Newer revision that waits for a reload under `--no-watch`. */
  readonly newerRevision: string | null;
  readonly pid: number | null;
  readonly namespace: string | null;
  /** `host:port` that the proxy connects to. */
  readonly upstream: string | null;
  readonly uptimeMs: number | null;
  /** Number of times that its process exited or hung, including failed starts. */
  readonly restarts: number;
  /** Time of the next retry, in ISO 8601; `null` if there is none. */
  readonly nextTryAt: string | null;
  /** Resident memory of the serving process. */
  readonly memoryBytes: number | null;
  /** Processor time of the serving process. */
  readonly cpuMs: number | null;
  /** Disk usage of a serving function; `null` if unknown. */
  readonly dataBytes: number | null;
  /** Limit of its disk usage. */
  readonly dataLimitBytes: number | null;
  /** Number of finished requests since the function exists. */
  readonly requests: number;
  /** Number of requests that failed through the function: answered with 5xx or cut off. */
  readonly errors: number;
  /** In-flight requests, including tunnels. */
  readonly inFlight: number;
  /** Requests that wait for the function to be ready. */
  readonly waiting: number;
  readonly directory: string | null;
  readonly isolation: IsolationLevel;
  /** Revisions that `rollback` can restore, newest first, each by its first 12 digits. */
  readonly kept: readonly string[];
  /** Egress list of the serving instance, as in a manifest; `null` if none serves. */
  readonly egress: string | null;
  /** Present problems, a sentence each. */
  readonly problems: readonly string[];
}

/** Traffic between clients and a function: `GET /v1/traffic` returns an array of them. */
export interface TrafficReport {
  readonly name: string;
  readonly requests: number;
  readonly errors: number;
  readonly inFlight: number;
  readonly waiting: number;
  /** Bytes of request bodies. */
  readonly receivedBytes: number;
  /** Bytes of response bodies. */
  readonly sentBytes: number;
  /** Sum of the times from a request's head to its response's head. */
  readonly latencyMs: number;
  /** Number of requests by that time: one count per bound of `LATENCY_BOUNDS_MS`, and one above. */
  readonly latencies: readonly number[];
}

/** Result of `POST /v1/functions/NAME/rollback?to=…`: the restored revision. */
export interface RollbackReport {
  /** 64 hexadecimal digits. */
  readonly revision: string;
}

/**
 * Condition of `GET /v1/functions/NAME?until=…`: the function has no pending work, it is gone, or its
 * `pending` differs from `since=…`, where `none` stands for `null`.
 */
export type Until = "settled" | "gone" | "changed";

/** Former `pending`, for `until=changed&since=…`. */
export type Since = Pending | "none";

/** Request to check a directory: `POST /v1/check`. */
export interface CheckRequest {
  /** Name of a directory below the functions directory; hidden ones are allowed. */
  readonly name: string;
  /** Name that the function will have. */
  readonly as: string;
  /** Variables that it will get in addition to those that are set now. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
}

/** Result of a check; without a problem, `serve` would start the function. */
export interface CheckReport {
  readonly problem: string | null;
}

/** A variable of a function: `GET /v1/functions/NAME/variables` returns an array of them. */
export interface VariableReport {
  readonly name: string;
  /** Source of the value; `set`: the operator set it for this function. */
  readonly source: VariableSource;
  /** Other sources of the variable, whose values do not apply. */
  readonly overrides: readonly VariableSource[];
  /** Time at which it was set, in ISO 8601; `null` for variables of files and settings. */
  readonly setAt: string | null;
}

/** Variables to set and unset, all or none: `POST /v1/functions/NAME/variables`. */
export interface VariablesRequest {
  readonly set?: Readonly<Record<string, string>> | undefined;
  readonly unset?: readonly string[] | undefined;
  /** False leaves the running instance as it is until its next start; true by default. */
  readonly isReloading?: boolean | undefined;
}

/** Result of a change of variables. */
export interface VariablesChange {
  /** Names whose value changed or that were unset. */
  readonly changed: readonly string[];
  /** Id for `POST /v1/functions/NAME/variables/undo?change=…`; `null` if nothing changed. */
  readonly change: string | null;
  /** Effect on the function; `absent` if it does not exist yet. */
  readonly effect: Refreshed;
}

/** Body of every error response. */
export interface ErrorReport {
  readonly error: string;
}
