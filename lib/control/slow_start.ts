import type { StartingInstance } from "../supervisor/open_instance.ts";
import { withAdvice } from "../supervisor/advice.ts";
import { LISTEN_HINT } from "../supervisor/wait_until_ready.ts";
import { describeDuration } from "../system/describe_duration.ts";

/** A start that takes longer is slow. */
const SLOW_MS = 1_000;

/** Description of a slow start. */
export interface SlowStart {
  readonly reason: string;
  /** First and last lines of the function's output, and advice; may be empty. */
  readonly detail: string;
}

/** Returns what a slow start waits for; `undefined` while the start is not slow. */
export function describeSlowStart(
  { sinceMs, healthPath, excerpt, advise }: StartingInstance,
  nowMs: number,
): SlowStart | undefined {
  const tookMs = nowMs - sinceMs;
  if (tookMs < SLOW_MS) return undefined;
  const took = describeDuration(tookMs);
  const reason = healthPath === undefined
    ? `Not listening on any port after ${took}. ${LISTEN_HINT}`
    : `Not ready after ${took}: it must listen and answer GET ${healthPath} with a status below ` +
      `400. ${LISTEN_HINT}`;
  return { reason, detail: withAdvice(excerpt(), advise()) };
}
