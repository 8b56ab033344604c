/** Lets a bounded number of tasks run at a time; the others wait in the order of their arrival. */
export interface Semaphore {
  /** Rejects with the signal's reason when that aborts before the task has begun. */
  readonly run: <Result>(
    task: () => Promise<Result>,
    options?: TurnOptions,
  ) => Promise<Result>;
}

/** How one task waits for its turn. */
export interface TurnOptions {
  readonly signal?: AbortSignal;
  /** Asked when a place is free: whoever is in a hurry goes before whoever is not. */
  readonly isUrgent?: () => boolean;
}

/** How a semaphore gives out its places. */
export interface SemaphoreOptions {
  /** A task that takes longer gives its place away: it may be one that never ends. */
  readonly maxHoldMs?: number;
}

interface Waiting {
  readonly begin: () => void;
  readonly isUrgent: () => boolean;
}

/** A semaphore of `places`. */
export function createSemaphore(places: number, options: SemaphoreOptions = {}): Semaphore {
  const { maxHoldMs } = options;
  const waiting: Waiting[] = [];
  let free = places;

  async function takeTurn({ signal, isUrgent = () => false }: TurnOptions): Promise<void> {
    const turn = Promise.withResolvers<void>();
    const own: Waiting = { begin: turn.resolve, isUrgent };
    const leave = (): void => {
      const index = waiting.indexOf(own);
      // Whose turn has come runs; its task looks at the signal itself.
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
