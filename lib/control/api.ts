import type { ConfigSources } from "../config/config_sources.ts";
import type { IsolationLevel } from "../config/isolation_level.ts";
import type { SettingSource } from "../config/setting_origin.ts";
import type { Stay } from "../sandbox/activity.ts";
import { CHANGE_RESULTS, type ChangeStage } from "../history/change.ts";
import type { FileDifference } from "../history/file_difference.ts";
import type { AnnouncedCause, ChangeCause, ChangeUser } from "../history/origin.ts";
import type { VariableSource } from "../function/variable_layers.ts";
import type { RunCounts, RunResult } from "../schedules/schedule_record.ts";
import { type Pending, type Refreshed, STATUSES } from "../supervisor/state.ts";

/** Prefix of all paths; an incompatible change gets another number. */
export const API_PREFIX = "/v1";

/** Response field with the version of the API; other servers do not send it. */
export const VERSION_FIELD = "ddsrv-api";

/** Value of {@linkcode VERSION_FIELD}. */
export const API_VERSION = "v1";

/** The running supervisor: `GET /v1`. The fields are described in `api_schema.ts`. */
export interface SupervisorReport {
  readonly version: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly url: string;
  readonly functionsDirectory: string;
  readonly logsDirectory: string | null;
  readonly dataDirectory: string;
  readonly isolation: IsolationLevel;
  readonly owner: string;
  /** These fields are missing in reports of earlier versions. */
  readonly stateDirectory?: string | undefined;
  readonly socket?: string | undefined;
  readonly adminUrl?: string | null | undefined;
  readonly config?: ConfigSources | undefined;
  readonly source?: SourceReport | null | undefined;
}

/** The source of the functions, if `--source` is set. */
export interface SourceReport {
  /** Without the query of its URL. */
  readonly reference: string;
  readonly digest: string | null;
  readonly takenAt: string | null;
  readonly checkedAt: string | null;
  readonly failures: number;
  readonly problem: string | null;
}

/** All statuses of a directory; an `ignored` directory is not a function. */
export const REPORTED_STATUSES = [...STATUSES, "ignored"] as const;

/** Status of a directory. */
export type ReportedStatus = typeof REPORTED_STATUSES[number];

/** Kinds of prepared next starts: `parked`, in a complete sandbox; `warm`, in a started Deno. */
export const NEXT_STARTS = ["parked", "warm"] as const;

/** Kind of a prepared next start. */
export type NextStart = typeof NEXT_STARTS[number];

/** One directory of the functions directory: `GET /v1/functions` returns an array of them. */
export interface FunctionReport {
  readonly name: string;
  readonly status: ReportedStatus;
  readonly pending: Pending | null;
  readonly stoppedAt: string | null;
  readonly expiresAt: string | null;
  readonly reason: string | null;
  readonly detail: string | null;
  readonly url: string | null;
  readonly revision: string | null;
  readonly failedRevision: string | null;
  readonly newerRevision: string | null;
  readonly pid: number | null;
  readonly namespace: string | null;
  readonly upstream: string | null;
  readonly uptimeMs: number | null;
  readonly restarts: number;
  readonly nextTryAt: string | null;
  readonly nextStart: NextStart | null;
  readonly awake: Stay | null;
  readonly ownMemoryBytes: number | null;
  readonly memoryBytes: number | null;
  readonly cpuMs: number | null;
  readonly dataBytes: number | null;
  readonly dataLimitBytes: number | null;
  readonly requests: number;
  readonly errors: number;
  readonly inFlight: number;
  readonly waiting: number;
  readonly directory: string | null;
  readonly isolation: IsolationLevel;
  readonly kept: readonly string[];
  readonly egress: string | null;
  readonly deno: string | null;
  readonly domains: readonly string[];
  readonly problems: readonly string[];
}

/** Traffic between clients and a function: `GET /v1/traffic` returns an array of them. */
export interface TrafficReport {
  readonly name: string;
  readonly requests: number;
  readonly errors: number;
  readonly inFlight: number;
  readonly waiting: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly latencyMs: number;
  readonly latencies: readonly number[];
}

/** Result of `POST /v1/functions/NAME/rollback?to=…`: the restored revision. */
export interface RollbackReport {
  readonly revision: string;
  /** When it served before; a supervisor of an earlier version does not tell. */
  readonly served?: ServedReport | null | undefined;
}

/** Time during which a revision served before. */
export interface ServedReport {
  readonly from: string;
  readonly until: string | null;
  readonly by: ChangeCause;
  readonly commit: string | null;
}

/** All results of changes; a `pending` one goes on. */
export const REPORTED_RESULTS = [...CHANGE_RESULTS, "pending"] as const;

/** A change of a function: `GET /v1/functions/NAME/history` returns an array, newest first. */
export interface ChangeReport {
  readonly id: string;
  readonly at: string;
  readonly by: ChangeCause;
  readonly revision: string | null;
  readonly commit: string | null;
  readonly user: ChangeUser | null;
  /** Missing in reports of earlier versions. */
  readonly schedule?: string | null | undefined;
  readonly result: typeof REPORTED_RESULTS[number];
  readonly stage: ChangeStage | null;
  readonly reason: string | null;
  readonly durationMs: number;
  readonly isServing: boolean;
  readonly isKept: boolean;
}

/** Origin of the new code that follows at once: `POST /v1/functions/NAME/announce`. */
export interface AnnounceRequest {
  readonly by: AnnouncedCause;
  readonly commit?: string | undefined;
}

/** Time of expiry to set, `null` for none: `POST /v1/functions/NAME/expiry`. */
export interface ExpiryRequest {
  readonly expiresAt: string | null;
}

/** The time of expiry before the request. */
export interface ExpiryReport {
  readonly before: string | null;
}

/** Differences of two revisions: `GET /v1/functions/NAME/diff?from=…&to=…`. */
export interface DiffReport {
  readonly from: string;
  readonly to: string;
  readonly files: readonly FileDifference[];
  readonly isTruncated: boolean;
}

/** Request to stop a function by hand: `POST /v1/functions/NAME/stop`. */
export interface StopRequest {
  readonly page?: string | undefined;
}

/**
 * Condition of `GET /v1/functions/NAME?until=…`: the function has no pending work, it is gone, or
 * its `pending` differs from `since=…`, where `none` stands for `null`.
 */
export type Until = "settled" | "gone" | "changed";

/** Former `pending`, for `until=changed&since=…`. */
export type Since = Pending | "none";

/** Request to check a directory: `POST /v1/check`. */
export interface CheckRequest {
  readonly name: string;
  readonly as: string;
  readonly variables?: Readonly<Record<string, string>> | undefined;
}

/** Result of a check; without a problem, `serve` would start the function. */
export interface CheckReport {
  readonly problem: string | null;
}

/** A variable of a function: `GET /v1/functions/NAME/variables` returns an array of them. */
export interface VariableReport {
  readonly name: string;
  readonly source: VariableSource;
  readonly overrides: readonly VariableSource[];
  readonly setAt: string | null;
}

/** A setting of a function: `GET /v1/functions/NAME/settings` returns an array of them. */
export interface SettingReport {
  readonly key: string;
  readonly value: unknown;
  readonly source: SettingSource;
  readonly name: string | null;
}

/** A run of a schedule that has ended. */
export interface RunReport {
  readonly tick: string;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly isManual: boolean;
  readonly result: RunResult;
  readonly attempts: number;
  readonly status: number | null;
  readonly reason: string | null;
}

/** A schedule of a function: `GET /v1/schedules` returns an array of them. */
export interface ScheduleReport {
  readonly function: string;
  readonly name: string;
  readonly cron: string;
  readonly timezone: string;
  readonly method: string;
  readonly path: string;
  readonly nextAt: string | null;
  readonly runningSince: string | null;
  readonly last: RunReport | null;
  readonly lastOkAt: string | null;
  readonly runs: RunCounts;
}

/** Variables to set and unset, all or none: `POST /v1/functions/NAME/variables`. */
export interface VariablesRequest {
  readonly set?: Readonly<Record<string, string>> | undefined;
  readonly unset?: readonly string[] | undefined;
  readonly isReloading?: boolean | undefined;
}

/** Result of a change of variables. */
export interface VariablesChange {
  readonly changed: readonly string[];
  readonly change: string | null;
  readonly effect: Refreshed;
}

/** The supervisor that serves now: `POST /v1/restart`. */
export interface RestartReport {
  /** Process id and version of the supervisor that serves now. */
  readonly pid: number;
  readonly version: string;
}

/** A link that logs in to the page once: `POST /v1/login`. */
export interface LoginReport {
  readonly url: string;
}

/** Body of every error response. */
export interface ErrorReport {
  readonly error: string;
}
