/**
 * Says if an instance serves, and for which minutes it runs its tasks of `Deno.cron`: those from
 * `fromMs`, before `untilMs`, in milliseconds since the epoch. Both old and new instance of a reload
 * have timers of the same tasks, and only one of them has the turn for a minute.
 */
export interface CronTurn {
  readonly isServing: boolean;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** The turn of an instance before it serves. */
export const NO_TURN: CronTurn = { isServing: false, fromMs: 0, untilMs: 0 };

/** The turn of an instance that serves alone. */
export const WHOLE_TURN: CronTurn = { isServing: true, fromMs: 0, untilMs: Infinity };

/** Moments of a hand-over of tasks from one instance to another. */
export interface HandOver {
  /** Full minute from which the new instance has the turn. */
  readonly atMs: number;
  /** Time for which the old instance must stay, because it has the turn for a minute that is near. */
  readonly keepMs: number;
}

const MINUTE_MS = 60_000;

/** A timer may be this late, and a change may take this long until an instance sees it. */
const MARGIN_MS = 1_000;

/**
 * Returns the moments of a hand-over that begins now, by the host's clock. A minute belongs to the
 * new instance if it is at least a second away.
 *
 * @example
 * ```ts
 * import { handOverAt } from "./cron_turn.ts";
 * handOverAt(90_000); // { atMs: 120_000, keepMs: 0 }
 * handOverAt(119_500); // { atMs: 180_000, keepMs: 1_500 }
 * ```
 */
export function handOverAt(nowMs: number): HandOver {
  const sinceMs = nowMs % MINUTE_MS;
  const nextMs = nowMs - sinceMs + MINUTE_MS;
  const isNear = nextMs - nowMs < MARGIN_MS;
  return isNear
    ? { atMs: nextMs + MINUTE_MS, keepMs: nextMs + MARGIN_MS - nowMs }
    : { atMs: nextMs, keepMs: Math.max(0, MARGIN_MS - sinceMs) };
}

/** Length of {@linkcode formatTurn}, so that a reader never sees a part of a longer text. */
const LENGTH = 48;

/**
 * Writes a turn as `preload.js` reads it: three numbers.
 *
 * @example
 * ```ts
 * import { formatTurn, WHOLE_TURN } from "./cron_turn.ts";
 * formatTurn(WHOLE_TURN).trim(); // "1 0 Infinity"
 * ```
 */
export function formatTurn({ isServing, fromMs, untilMs }: CronTurn): string {
  return `${Number(isServing)} ${fromMs} ${untilMs}`.padEnd(LENGTH);
}
