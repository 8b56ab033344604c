import type { Schedule } from "../config/schedule.ts";
import { sleep } from "../system/sleep.ts";
import { openTimeout } from "../system/timeout_signal.ts";
import type { BegunRun, EndedRun } from "./schedule_record.ts";

/** Result of one attempt of a run. */
export type Attempted =
  | { readonly type: "answered"; readonly status: number }
  /** There was no answer; the reason is one sentence. */
  | { readonly type: "unanswered"; readonly reason: string };

/** Options of {@linkcode runSchedule}. */
export interface RunOptions {
  /** Sends one request. Resolves also when the signal aborts. */
  readonly attempt: (signal: AbortSignal) => Promise<Attempted>;
  /** Ends the run: it counts as interrupted. */
  readonly signal: AbortSignal;
  /** Time in milliseconds since 1970. */
  readonly now: () => number;
  readonly pause?: typeof sleep;
  /** Returns a number from 0 to 1. */
  readonly chance?: () => number;
}

/** Pauses before further attempts: about 1 s, 4 s, 16 s, 64 s, and then 5 min each. */
const FIRST_PAUSE_MS = 1_000;
const GROWTH = 4;
const LONGEST_PAUSE_MS = 5 * 60_000;

/** Statuses below 500 after which the same request may succeed (RFC 9110; RFC 6585, section 4). */
const RETRIED_STATUSES = [408, 425, 429];

/**
 * Sends the requests of one run until one is answered with a status from 200 to 399, or no attempt
 * is left. Another status below 500 is final: the same request would have the same answer.
 */
export async function runSchedule(
  { retries, timeoutMs }: Pick<Schedule, "retries" | "timeoutMs">,
  begun: BegunRun,
  { attempt, signal, now, pause = sleep, chance = Math.random }: RunOptions,
): Promise<EndedRun> {
  const end = (rest: Pick<EndedRun, "result" | "attempts" | "status" | "reason">): EndedRun => ({
    ...begun,
    ...rest,
    // The clock may have been set back.
    durationMs: Math.max(0, now() - begun.startedAtMs),
  });
  async function attemptWithin(ms: number): Promise<Attempted> {
    using late = openTimeout(ms);
    return await attempt(AbortSignal.any([signal, late.signal]));
  }
  for (let attempts = 1, pauseMs = FIRST_PAUSE_MS;; attempts++) {
    const attempted = await attemptWithin(timeoutMs);
    const answer = attempted.type === "answered" ? { status: attempted.status } : {};
    if (attempted.type === "answered" && attempted.status >= 200 && attempted.status < 400) {
      return end({ result: "ok", attempts, ...answer });
    }
    const reason = attempted.type === "answered"
      ? `The answer had the status ${attempted.status}`
      : attempted.reason;
    if (signal.aborted) return end({ result: "interrupted", attempts, ...answer, reason: ABORTED });
    if (attempts > retries || !isRetried(attempted)) {
      return end({ result: "failed", attempts, ...answer, reason });
    }
    // Between 80 and 120 percent, so that many functions do not try again at the same time.
    await pause(pauseMs * (0.8 + 0.4 * chance()), signal);
    if (signal.aborted) return end({ result: "interrupted", attempts, ...answer, reason: ABORTED });
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * GROWTH);
  }
}

/** Reason of a run that did not come to its end. */
export const ABORTED = "ddsrv stopped, or the function was removed, during the run";

function isRetried(attempted: Attempted): boolean {
  return attempted.type === "unanswered" || attempted.status >= 500 ||
    RETRIED_STATUSES.includes(attempted.status);
}
