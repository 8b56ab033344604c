/** Limits the number of concurrent tasks; others wait in the order of their arrival. */
export interface Semaphore {
  /** Runs the task in its turn. Rejects with the signal's reason if it aborts before. */
  readonly run: <Result>(
    task: () => Promise<Result>,
    options?: TurnOptions,
  ) => Promise<Result>;
  /** Returns true if a task would not have to wait. */
  readonly isFree: () => boolean;
  /** Returns true if no task has a place. */
  readonly isIdle: () => boolean;
}

/** Options of {@linkcode Semaphore.run}. */
export interface TurnOptions {
  readonly signal?: AbortSignal;
  /** Called when a place is free: urgent tasks go first. */
  readonly isUrgent?: () => boolean;
}

/** Options of {@linkcode createSemaphore}. */
export interface SemaphoreOptions {
  /** A task that takes longer, and may never end, loses its place but keeps running. */
  readonly maxHoldMs?: number;
}

interface Waiting {
  readonly begin: () => void;
  readonly isUrgent: () => boolean;
}

/** Creates a semaphore that runs up to `places` tasks at a time. */
export function createSemaphore(places: number, options: SemaphoreOptions = {}): Semaphore {
  const { maxHoldMs } = options;
  const waiting: Waiting[] = [];
  let free = places;

  async function takeTurn({ signal, isUrgent = () => false }: TurnOptions): Promise<void> {
    const turn = Promise.withResolvers<void>();
    const own: Waiting = { begin: turn.resolve, isUrgent };
    const leave = (): void => {
      const index = waiting.indexOf(own);
      // It runs already; the task checks the signal itself.
      if (index === -1) return;
      waiting.splice(index, 1);
      turn.reject(signal!.reason);
    };
    waiting.push(own);
    signal?.addEventListener("abort", leave, { once: true });
    try {
      await turn.promise;
    } finally {
      signal?.removeEventListener("abort", leave);
    }
  }

  function giveTurn(): void {
    const urgent = waiting.findIndex(({ isUrgent }) => isUrgent());
    const [next] = waiting.splice(Math.max(0, urgent), 1);
    if (next === undefined) free++;
    else next.begin();
  }

  return {
    isFree: () => free > 0,
    isIdle: () => free === places,
    async run(task, turn = {}) {
      turn.signal?.throwIfAborted();
      if (free > 0) free--;
      else await takeTurn(turn);
      let isHeld = true;
      const release = (): void => {
        if (isHeld) giveTurn();
        isHeld = false;
      };
      const timer = maxHoldMs === undefined ? undefined : setTimeout(release, maxHoldMs);
      try {
        return await task();
      } finally {
        clearTimeout(timer);
        release();
      }
    },
  };
}
