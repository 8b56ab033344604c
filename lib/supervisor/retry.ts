import { backoffDelay } from "./backoff.ts";
import type { Failure, FunctionState } from "./state.ts";

/** Time by the supervisor's own clock, and a random number from 0 to 1 for the jitter. */
export interface PauseMoment {
  readonly nowMs: number;
  readonly chance: number;
}

/**
 * A request ends a pause, but not before this much of it: otherwise many requests would make the host
 * repeat an attempt without a pause.
 */
const ASKED_SHARE = 1 / 8;
const MIN_ASKED_MS = 1_000;
const MAX_ASKED_MS = 5_000;

/**
 * Whether the end of a pause starts it again: while it serves and does not hang, only after a failure
 * that may pass.
 */
export function isRetried(state: FunctionState | undefined): boolean {
  return !servesWell(state) || state?.failure?.isPassing === true;
}

/** When a function is tried again, by the clock of `Instance.readyAtMs`; `undefined` if it is not. */
export function nextTryMs(state: FunctionState | undefined): number | undefined {
  if (state === undefined || state.candidate !== undefined || !isRetried(state)) return undefined;
  return state.backoff?.untilMs;
}

/** Whether a request that comes now starts a function. */
export function isStartedByRequest(state: FunctionState, nowMs: number): boolean {
  const { candidate, serving, isIdle, backoff } = state;
  if (candidate !== undefined || serving !== undefined) return false;
  if (isIdle) return true;
  if (backoff === undefined || !isUnavailable(state)) return false;
  const heldMs = Math.max(MIN_ASKED_MS, Math.min(MAX_ASKED_MS, backoff.delayMs * ASKED_SHARE));
  return nowMs >= backoff.untilMs - backoff.delayMs + heldMs;
}

/** Whether the host or the network alone keeps a function from being checked or started. */
export function isUnavailable({ failure }: FunctionState): boolean {
  return failure?.isPassing === true && (failure.stage === "check" || failure.stage === "host");
}

/** Whether there is an instance that serves, and does not hang. */
export function servesWell(state: FunctionState | undefined): boolean {
  return state?.serving !== undefined && state.serving.hang === undefined;
}

/** Sets the time of the next attempt; none, once a costly failure has come too often. */
export function retry(state: FunctionState, moment: PauseMoment): FunctionState {
  const { failure, backoff } = state;
  if (failure?.isPassing !== true || failure.maxRetries === undefined) return pause(state, moment);
  const costly = (backoff?.costly ?? 0) + 1;
  if (costly > failure.maxRetries) return { ...state, ...giveUp(failure, costly) };
  const paused = pause(state, moment, true);
  return { ...paused, backoff: { ...paused.backoff!, costly } };
}

/** Sets the time of the next attempt, after a pause that grows with each one. */
export function pause(
  state: FunctionState,
  moment: PauseMoment,
  isCostly = false,
): FunctionState {
  const attempts = (state.backoff?.attempts ?? 0) + 1;
  const delayMs = backoffDelay(attempts, moment.chance, isCostly);
  return { ...state, backoff: { attempts, delayMs, untilMs: moment.nowMs + delayMs } };
}

function giveUp(
  { maxRetries: _, ...failure }: Failure,
  times: number,
): Pick<FunctionState, "failure" | "backoff"> {
  const reason = `${failure.reason} (${times} times in a row)`;
  return { failure: { ...failure, reason, isPassing: false }, backoff: undefined };
}
