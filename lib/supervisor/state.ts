/** Phase in the life of an instance. */
export type Phase = "checking" | "starting" | "ready" | "draining" | "stopping";

/** One process of one revision, from the launch to its end. */
export interface Instance {
  readonly id: number;
  readonly phase: Phase;
  /** Revision that the scan saw; the check may find more files. */
  readonly requested: string;
  /** Revision of all its files, once the check has named them. */
  readonly revision: string | undefined;
  readonly pid: number | undefined;
  readonly namespace: string | undefined;
  /** `host:port` that the proxy connects to. */
  readonly upstream: string | undefined;
  /** Time by `performance.now()`. */
  readonly readyAtMs: number | undefined;
  /** It runs a snapshot of the last revision that served, because the folder's revision fails. */
  readonly isSnapshot?: boolean;
  /**
   * A reload was requested while it served: it gives way to a new instance even of the same
   * revision, also when the first attempt fails or other code comes in between.
   */
  readonly isOutdated?: boolean;
  /** Set while it serves but hangs or is unhealthy, and is being replaced. */
  readonly hang?: InstanceHang;
}

/**
 * `blocked`: its event loop is blocked, so that it answers no request. `unhealthy`: its health path
 * fails, and it may answer other requests.
 */
export type HangCause = "blocked" | "unhealthy";

/** Cause and details of a hang. */
export interface InstanceHang {
  readonly cause: HangCause;
  /** One sentence. */
  readonly reason: string;
  /** First and last lines of its output; may be empty. */
  readonly detail: string;
  readonly atMs: number;
}

/** The reason why a revision does not serve. */
export interface Failure {
  /**
   * The stage that failed: the manifest, the check, the start, the process after it was ready
   * (`exit`), or the host, for which the function is not to blame.
   */
  readonly stage: "manifest" | "check" | "start" | "exit" | "host";
  /**
   * True if the same revision may succeed later, so that ddsrv retries it. Otherwise a failed
   * manifest or check is final until the code changes.
   */
  readonly isTransient: boolean;
  /**
   * Maximum number of retries after such a failure, for one that costs the host much and is likely
   * to happen again with the same code. No limit when missing.
   */
  readonly maxRetries?: number;
  /** One sentence. */
  readonly reason: string;
  /** Diagnostics, or the first and last lines of its output; may be empty. */
  readonly detail: string;
  /** Lines of the output that name the cause, as anybody may read them; may be empty. */
  readonly cause?: string;
  /** Sentences that say who can change what; anybody may read them. */
  readonly advice?: readonly string[];
  readonly revision: string;
  readonly atMs: number;
}

/** The pause before the next attempt. */
export interface Backoff {
  readonly attempts: number;
  /** Number of failures in a row that had {@linkcode Failure.maxRetries}; 0 when missing. */
  readonly costly?: number;
  readonly delayMs: number;
  /** Time by `performance.now()`. */
  readonly untilMs: number;
}

/** A stop by hand: the function keeps its folder, and does not run until somebody starts it. */
export interface HandStop {
  /** Time since 1970, in milliseconds. */
  readonly sinceMs: number;
  /** HTML page of the operator, which browsers get in place of a short text. */
  readonly page: string | undefined;
}

/** State of one function. */
export interface FunctionState {
  readonly name: string;
  readonly directory: string;
  /** True while its folder exists. */
  readonly isWanted: boolean;
  /** Revision of the last attempt, successful or not. */
  readonly requested: string;
  readonly serving: Instance | undefined;
  readonly candidate: Instance | undefined;
  /** Instances that were replaced or stopped and have not ended yet. */
  readonly leaving: readonly Instance[];
  readonly failure: Failure | undefined;
  readonly backoff: Backoff | undefined;
  /** It has passed its check and starts with the next request. */
  readonly isIdle: boolean;
  /** Set while it is stopped by hand: nothing serves, starts, or is retried. */
  readonly stoppedByHand: HandStop | undefined;
  readonly restarts: number;
}

/** All statuses of a function. */
export const STATUSES = [
  ...["checking", "starting", "ready", "idle", "draining"] as const,
  ...["hung", "backoff", "failed", "stopped"] as const,
] as const;

/** Status of a function. */
export type Status = typeof STATUSES[number];

/** Returns the status of a function. */
export function statusOf(state: FunctionState): Status {
  if (!state.isWanted || state.stoppedByHand !== undefined) {
    return state.leaving.length > 0 ? "draining" : "stopped";
  }
  if (state.serving !== undefined) return state.serving.hang === undefined ? "ready" : "hung";
  if (state.candidate !== undefined) {
    return state.candidate.phase === "checking" ? "checking" : "starting";
  }
  if (state.isIdle) return "idle";
  if (state.backoff !== undefined) return "backoff";
  return state.failure === undefined ? "stopped" : "failed";
}

/** Effects of changed variables on a function; `absent`: there is no such function. */
export const REFRESHED = ["reloaded", "current", "absent"] as const;

/** Effect of changed variables on a function. */
export type Refreshed = typeof REFRESHED[number];

/** Returns the reason for a function's status, in one sentence; `undefined` while it is well. */
export function reasonOf(
  { name, serving, failure, stoppedByHand }: FunctionState,
): string | undefined {
  if (stoppedByHand !== undefined) {
    const since = new Date(stoppedByHand.sinceMs).toISOString().replace(/\.\d+/, "");
    return `Stopped by hand since ${since}. To start it: ddsrv start ${name}`;
  }
  const hang = serving?.hang;
  if (hang === undefined) return failure?.reason;
  // An older failure concerns other code and did not prevent the replacement.
  if (failure === undefined || failure.atMs < hang.atMs) return hang.reason;
  return `${hang.reason}. Its replacement failed: ${failure.reason}`;
}

/** All kinds of pending work for a function. */
export const PENDING = ["arriving", "checking", "starting", "leaving"] as const;

/**
 * Pending work for a function, even while an instance serves: its files keep changing (`arriving`),
 * new code is checked or started, or its last instance ends because it is removed or stopped by hand.
 */
export type Pending = typeof PENDING[number];

/** Returns the pending work for a function; `undefined` when it is settled. */
export function pendingOf(state: FunctionState, isUnsettled: boolean): Pending | undefined {
  if (state.isWanted && state.stoppedByHand !== undefined) {
    // New files do not matter until somebody starts it.
    return state.leaving.length > 0 ? "leaving" : undefined;
  }
  if (isUnsettled) return "arriving";
  if (!state.isWanted) return "leaving";
  if (state.candidate !== undefined) {
    return state.candidate.phase === "checking" ? "checking" : "starting";
  }
  return statusOf(state) === "stopped" ? "starting" : undefined;
}

/** Returns true if a function has no pending work, or does not exist. */
export function isSettled(
  { functions, unsettled }: {
    readonly functions: ReadonlyMap<string, FunctionState>;
    readonly unsettled: ReadonlySet<string>;
  },
  name: string,
): boolean {
  const state = functions.get(name);
  const isUnsettled = unsettled.has(name);
  return state === undefined ? !isUnsettled : pendingOf(state, isUnsettled) === undefined;
}
