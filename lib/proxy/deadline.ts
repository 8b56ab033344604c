/** A time by which something must have happened; looked at now and then, not kept by a timer. */
export class Deadline {
  /** On the sweep's clock. */
  dueAtMs = Infinity;
  onExpire: (() => void) | undefined;

  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `onExpire` once, some time after `ms` milliseconds, unless it is set again or cleared. */
  set(ms: number, onExpire: () => void): void {
    this.dueAtMs = this.#clock.nowMs + ms;
    this.onExpire = onExpire;
  }

  /** Calls it off. */
  clear(): void {
    this.dueAtMs = Infinity;
  }
}

/** The deadlines of one proxy; disposing of it stops them all. */
export interface Deadlines extends Disposable {
  readonly open: () => Deadline;
  readonly close: (deadline: Deadline) => void;
}

/** A clock that is read often and goes in steps. */
interface Clock {
  nowMs: number;
}

/** How often deadlines are looked at: they come at most twice that much late. */
const SWEEP_MS = 250;

/**
 * Keeps any number of deadlines with one timer: setting one costs two assignments, for each request
 * sets several. None of them comes early.
 */
export function openDeadlines(): Deadlines {
  const deadlines = new Set<Deadline>();
  // One step ahead, because the time since the last step is not counted.
  const clock: Clock = { nowMs: performance.now() + SWEEP_MS };
  const sweeper = setInterval(() => {
    const nowMs = performance.now();
    // While nothing ran here, nobody could do what was waited for either.
    const lateMs = Math.max(0, nowMs - clock.nowMs);
    clock.nowMs = nowMs + SWEEP_MS;
    for (const deadline of deadlines) {
      deadline.dueAtMs += lateMs;
      if (deadline.dueAtMs > nowMs) continue;
      deadline.clear();
      deadline.onExpire?.();
    }
  }, SWEEP_MS);
  return {
    open() {
      const deadline = new Deadline(clock);
      deadlines.add(deadline);
      return deadline;
    },
    close: (deadline) => void deadlines.delete(deadline),
    [Symbol.dispose]: () => clearInterval(sweeper),
  };
}
