import type { StartingInstance } from "../supervisor/open_instance.ts";
import { LISTEN_HINT } from "../supervisor/wait_until_ready.ts";
import { describeDuration } from "../system/describe_duration.ts";

/** A start that takes longer than most is worth a word. */
const SLOW_MS = 1_000;

/** Reason why a start takes long, and the last lines that the function wrote. */
export interface SlowStart {
  readonly reason: string;
  /** May be empty. */
  readonly detail: string;
}

/** Says what a start still waits for, once it has taken long; `undefined` before. */
export function describeSlowStart(
  { sinceMs, healthPath, lastLines }: StartingInstance,
  nowMs: number,
): SlowStart | undefined {
  const tookMs = nowMs - sinceMs;
  if (tookMs < SLOW_MS) return undefined;
  const took = describeDuration(tookMs);
  const reason = healthPath === undefined
    ? `It has not listened on any port for ${took}. ${LISTEN_HINT}`
    : `It is not ready after ${took}: it must listen, and answer GET ${healthPath} below 400. ` +
      LISTEN_HINT;
  return { reason, detail: lastLines() };
}
