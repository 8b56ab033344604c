/** A time limit, checked by a periodic sweep in place of a timer of its own. */
export class Deadline {
  /** Time on the clock of the sweep. */
  dueAtMs = Infinity;
  onExpire: (() => void) | undefined;

  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `onExpire` once after at least `ms` milliseconds, unless it is set again or cleared. */
  set(ms: number, onExpire: () => void): void {
    this.dueAtMs = this.#clock.nowMs + ms;
    this.onExpire = onExpire;
  }

  /** Starts the time limit anew, unless it is not set. */
  extend(ms: number): void {
    if (this.onExpire !== undefined && this.dueAtMs !== Infinity) this.set(ms, this.onExpire);
  }

  /** Cancels the deadline. */
  clear(): void {
    this.dueAtMs = Infinity;
  }
}

/** The deadlines of one proxy. Disposing of it stops them all. */
export interface Deadlines extends Disposable {
  readonly open: () => Deadline;
  readonly close: (deadline: Deadline) => void;
}

/** The time of the next sweep, so that reading it costs nothing. */
interface Clock {
  nowMs: number;
}

/** Interval of the sweep. Deadlines expire late by at most twice as much. */
const SWEEP_MS = 250;

/**
 * Keeps one timer for any number of deadlines, and none while there are none. Each request sets
 * several, so setting one costs two assignments only. No deadline expires early.
 */
export function openDeadlines(): Deadlines {
  const deadlines = new Set<Deadline>();
  const clock: Clock = { nowMs: 0 };
  let sweeper: ReturnType<typeof setInterval> | undefined;

  function start(): void {
    // One interval ahead, because the clock does not count the time since the last sweep.
    clock.nowMs = performance.now() + SWEEP_MS;
    sweeper = setInterval(sweep, SWEEP_MS);
  }

  function stop(): void {
    clearInterval(sweeper);
    sweeper = undefined;
  }

  function sweep(): void {
    if (deadlines.size === 0) return stop();
    const nowMs = performance.now();
    // While this event loop was blocked, it did not see the awaited events either.
    const lateMs = Math.max(0, nowMs - clock.nowMs);
    clock.nowMs = nowMs + SWEEP_MS;
    for (const deadline of deadlines) {
      deadline.dueAtMs += lateMs;
      if (deadline.dueAtMs > nowMs) continue;
      deadline.clear();
      deadline.onExpire?.();
    }
  }

  return {
    open() {
      if (sweeper === undefined) start();
      const deadline = new Deadline(clock);
      deadlines.add(deadline);
      return deadline;
    },
    close: (deadline) => void deadlines.delete(deadline),
    [Symbol.dispose]: stop,
  };
}
