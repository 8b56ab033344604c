import { backoffDelay } from "./backoff.ts";
import type { Failure, FunctionState } from "./state.ts";

/** Time by `performance.now()`, and a random number from 0 to 1 for the jitter. */
export interface PauseMoment {
  readonly nowMs: number;
  readonly chance: number;
}

/**
 * A request ends a pause, but only after this share of it, within the limits below: otherwise many
 * requests would make the host repeat an attempt without a pause.
 */
const REQUEST_SHARE = 1 / 8;
const MIN_REQUEST_PAUSE_MS = 1_000;
const MAX_REQUEST_PAUSE_MS = 5_000;

/**
 * Returns true if ddsrv retries a function after a pause. While an instance serves and does not
 * hang, only a transient failure is retried.
 */
export function isRetried(state: FunctionState | undefined): boolean {
  return !servesWell(state) || state?.failure?.isTransient === true;
}

/** Returns the time of the next retry by `performance.now()`; `undefined` if there is none. */
export function nextTryMs(state: FunctionState | undefined): number | undefined {
  if (state === undefined || state.candidate !== undefined || !isRetried(state)) return undefined;
  return state.backoff?.untilMs;
}

/** Returns true if a request at this time starts the function. */
export function isStartedByRequest(state: FunctionState, nowMs: number): boolean {
  const { candidate, serving, isIdle, backoff } = state;
  if (candidate !== undefined || serving !== undefined) return false;
  if (isIdle) return true;
  if (backoff === undefined || !isUnavailable(state)) return false;
  const shareMs = Math.min(MAX_REQUEST_PAUSE_MS, backoff.delayMs * REQUEST_SHARE);
  const pausedMs = Math.max(MIN_REQUEST_PAUSE_MS, shareMs);
  return nowMs >= backoff.untilMs - backoff.delayMs + pausedMs;
}

/** Returns true if only the host or the network prevents a check or a start. */
export function isUnavailable({ failure }: FunctionState): boolean {
  return failure?.isTransient === true && (failure.stage === "check" || failure.stage === "host");
}

/** Returns true if an instance serves and does not hang. */
export function servesWell(state: FunctionState | undefined): boolean {
  return state?.serving !== undefined && state.serving.hang === undefined;
}

/** Returns the revision that needs no new instance, because one serves well and is not outdated. */
export function servedRevision(state: FunctionState | undefined): string | undefined {
  const isKept = servesWell(state) && state?.serving?.isOutdated !== true;
  return isKept ? state?.serving?.revision : undefined;
}

/** Returns the failure of the requested revision's manifest or check: it would fail again. */
export function knownFailure({ failure, requested }: FunctionState): Failure | undefined {
  const isFinal = failure?.revision === requested && !failure.isTransient &&
    (failure.stage === "manifest" || failure.stage === "check");
  return isFinal ? failure : undefined;
}

/** Sets the time of the next attempt, or gives up after too many costly failures. */
export function retry(state: FunctionState, moment: PauseMoment): FunctionState {
  const { failure, backoff } = state;
  if (failure?.isTransient !== true || failure.maxRetries === undefined) {
    return pause(state, moment);
  }
  const costly = (backoff?.costly ?? 0) + 1;
  if (costly > failure.maxRetries) return { ...state, ...giveUp(failure, costly) };
  const paused = pause(state, moment, true);
  return { ...paused, backoff: { ...paused.backoff!, costly } };
}

/** Sets the time of the next attempt, after a pause that grows with each attempt. */
export function pause(state: FunctionState, moment: PauseMoment, isCostly = false): FunctionState {
  const attempts = (state.backoff?.attempts ?? 0) + 1;
  const delayMs = backoffDelay(attempts, moment.chance, isCostly);
  return { ...state, backoff: { attempts, delayMs, untilMs: moment.nowMs + delayMs } };
}

function giveUp(
  { maxRetries: _, ...failure }: Failure,
  times: number,
): Pick<FunctionState, "failure" | "backoff"> {
  const reason = `${failure.reason} (${times} times in a row)`;
  return { failure: { ...failure, reason, isTransient: false }, backoff: undefined };
}
