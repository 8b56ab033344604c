/** Where an instance is on its way. */
export type Phase = "checking" | "starting" | "ready" | "draining" | "stopping";

/** One running process of one revision, from the moment it is wanted to the moment it is gone. */
export interface Instance {
  readonly id: number;
  readonly phase: Phase;
  /** The revision that the scan saw; the check may find more files to it. */
  readonly requested: string;
  /** The revision over all its files, once the check has named them. */
  readonly revision: string | undefined;
  readonly pid: number | undefined;
  readonly namespace: string | undefined;
  /** `host:port` that the proxy connects to. */
  readonly upstream: string | undefined;
  /** By the supervisor's own clock, which never steps: `performance.now()`. */
  readonly readyAtMs: number | undefined;
  /** It is of the last revision that served and is kept, in place of a newer one that fails. */
  readonly isSnapshot?: boolean;
  /** It serves, does not answer as it should, and is replaced. */
  readonly hang?: InstanceHang;
}

/**
 * How an instance hangs: its event loop is `held`, so that no request is answered; or it is
 * `unhealthy` by its health path, and may answer others.
 */
export type HangCause = "held" | "unhealthy";

/** Cause and details of a hang. */
export interface InstanceHang {
  readonly cause: HangCause;
  /** One sentence. */
  readonly reason: string;
  /** What it said last; may be empty. */
  readonly detail: string;
  readonly atMs: number;
}

/** Why a revision does not serve. */
export interface Failure {
  /**
   * What said no: the manifest, the check, the start, or its own end after it had been ready; or
   * the host, which could not do what was needed, and that is no fault of the function's.
   */
  readonly stage: "manifest" | "check" | "start" | "exit" | "host";
  /**
   * Time, the host or the network can mend it, so that ddsrv tries the same revision again. Otherwise
   * only the author can, and a manifest or check that says no is final until the code changes.
   */
  readonly isPassing: boolean;
  /**
   * The most times that ddsrv tries again after a failure like this one: it costs the host much, and
   * the same code is likely to fail in the same way. No limit when missing.
   */
  readonly maxRetries?: number;
  /** One sentence. */
  readonly reason: string;
  /** Diagnostics or last lines; may be empty. */
  readonly detail: string;
  readonly revision: string;
  readonly atMs: number;
}

/** A pause before the next start. */
export interface Backoff {
  readonly attempts: number;
  /** Those in a row that failed with a {@linkcode Failure.maxRetries}; none when missing. */
  readonly costly?: number;
  readonly delayMs: number;
  /** By the clock of {@linkcode Instance.readyAtMs}. */
  readonly untilMs: number;
}

/** All that is known of one function. */
export interface FunctionState {
  readonly name: string;
  readonly directory: string;
  /** Whether its folder is there. */
  readonly isWanted: boolean;
  /** The revision that was last asked for, whatever became of it. */
  readonly requested: string;
  readonly serving: Instance | undefined;
  readonly candidate: Instance | undefined;
  /** Replaced or stopped, and not yet gone. */
  readonly leaving: readonly Instance[];
  readonly failure: Failure | undefined;
  readonly backoff: Backoff | undefined;
  /** It is known to be good, and starts with its next request. */
  readonly isIdle: boolean;
  readonly restarts: number;
}

/** All words for a function's state. */
export const STATUSES = [
  ...["checking", "starting", "ready", "idle", "draining"] as const,
  ...["hung", "backoff", "failed", "stopped"] as const,
] as const;

/** A function's state in one word. */
export type Status = typeof STATUSES[number];

/** The word for a function's state. */
export function statusOf(state: FunctionState): Status {
  if (!state.isWanted) return state.leaving.length > 0 ? "draining" : "stopped";
  if (state.serving !== undefined) return state.serving.hang === undefined ? "ready" : "hung";
  if (state.candidate !== undefined) {
    return state.candidate.phase === "checking" ? "checking" : "starting";
  }
  if (state.isIdle) return "idle";
  if (state.backoff !== undefined) return "backoff";
  return state.failure === undefined ? "stopped" : "failed";
}

/** Effect of changed variables on a function; `absent` where there is no such function. */
export const REFRESHED = ["reloaded", "current", "absent"] as const;

/** One of them. */
export type Refreshed = typeof REFRESHED[number];

/** Why a function is as it is, in one sentence; `undefined` when all is well. */
export function reasonOf({ serving, failure }: FunctionState): string | undefined {
  const hang = serving?.hang;
  if (hang === undefined) return failure?.reason;
  // An older one is of other code, and stood in the way of nothing.
  if (failure === undefined || failure.atMs < hang.atMs) return hang.reason;
  return `${hang.reason}. It could not be replaced: ${failure.reason}`;
}

/** All that can be under way for a function. */
export const PENDING = ["arriving", "checking", "starting", "leaving"] as const;

/**
 * What is under way for a function, whatever serves meanwhile: its files are not at rest, new code
 * is checked or started, or it goes.
 */
export type Pending = typeof PENDING[number];

/** What is under way for a function; `undefined` when it is settled. */
export function pendingOf(state: FunctionState, isUnsettled: boolean): Pending | undefined {
  if (isUnsettled) return "arriving";
  if (!state.isWanted) return "leaving";
  if (state.candidate !== undefined) {
    return state.candidate.phase === "checking" ? "checking" : "starting";
  }
  return statusOf(state) === "stopped" ? "starting" : undefined;
}

/** Returns true when nothing is under way for a function, or when there is none of that name. */
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
