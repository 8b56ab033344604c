/** Result of the last question to a source. */
export interface PollOutcome {
  /** Failures in a row; 0 after a success. */
  readonly failures: number;
  /** Time that the server asked to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
}

/** Options of {@linkcode nextPollMs}. */
export interface PollPace {
  /** Value of `--source-poll`; `Infinity` for never. */
  readonly intervalMs: number;
  /** The version can't change any more. */
  readonly isFinal: boolean;
  /** Between 0 and 1. */
  readonly random: number;
}

/** Pause after the first failure; it doubles with each one. */
const FIRST_RETRY_MS = 2_000;
/** A source that is away for an hour is found again within this time. */
const LAST_RETRY_MS = 120_000;

/** Replicas that start together must not ask together: a tenth more or less. */
const JITTER = 0.1;

/**
 * Returns the time until the next question in milliseconds; `Infinity` if there is none.
 *
 * @example
 * ```ts
 * import { nextPollMs } from "./poll_pace.ts";
 * nextPollMs({ failures: 0 }, { intervalMs: 60_000, isFinal: false, random: 0.5 }); // 60000
 * ```
 */
export function nextPollMs(
  { failures, retryAfterMs = 0 }: PollOutcome,
  { intervalMs, isFinal, random }: PollPace,
): number {
  if (failures === 0) return isFinal ? Infinity : spread(intervalMs, random);
  const backoffMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 20));
  return Math.max(retryAfterMs, spread(backoffMs, random));
}

function spread(ms: number, random: number): number {
  return ms * (1 + JITTER * (2 * random - 1));
}
