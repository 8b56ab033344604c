import type { ActivityFiles } from "../sandbox/activity.ts";
import { handOverAt } from "../sandbox/cron_turn.ts";

/** The two instances of a hand-over; `to` is missing if the new one has ended already. */
export interface HandOverOptions {
  readonly from: Pick<ActivityFiles, "changeTurn">;
  readonly to: Pick<ActivityFiles, "changeTurn"> | undefined;
  /** The host's clock. */
  readonly now?: () => number;
}

/**
 * Gives the tasks of `Deno.cron` to the instance that serves from now on, so that exactly one runs
 * those of each minute. Returns for how many milliseconds the old instance must not be stopped.
 */
export function handOver({ from, to, now = Date.now }: HandOverOptions): number {
  const nowMs = now();
  const { atMs, keepMs } = handOverAt(nowMs);
  from.changeTurn({ isServing: false, untilMs: atMs });
  to?.changeTurn({ isServing: true, fromMs: atMs, untilMs: Infinity });
  // From then on, no change of the host's clock matters.
  const timer = setTimeout(() => {
    from.changeTurn({ untilMs: 0 });
    to?.changeTurn({ fromMs: 0 });
  }, atMs - nowMs);
  Deno.unrefTimer(timer);
  return keepMs;
}
