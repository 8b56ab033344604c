/** Lets a bounded number of tasks run at a time; the others wait in the order of their arrival. */
export interface Semaphore {
  /** Rejects with the signal's reason when that aborts before the task has begun. */
  readonly run: <Result>(task: () => Promise<Result>, signal?: AbortSignal) => Promise<Result>;
}

/** A semaphore of `places`. */
export function createSemaphore(places: number): Semaphore {
  const waiting: (() => void)[] = [];
  let free = places;

  async function takeTurn(signal: AbortSignal | undefined): Promise<void> {
    const turn = Promise.withResolvers<void>();
    const leave = (): void => {
      const index = waiting.indexOf(turn.resolve);
      // Whose turn has come runs; its task looks at the signal itself.
      if (index !== -1) turn.reject(signal!.reason);
      if (index !== -1) waiting.splice(index, 1);
    };
    waiting.push(turn.resolve);
    signal?.addEventListener("abort", leave, { once: true });
    try {
      await turn.promise;
    } finally {
      signal?.removeEventListener("abort", leave);
    }
  }

  return {
    async run(task, signal) {
      signal?.throwIfAborted();
      if (free > 0) free--;
      else await takeTurn(signal);
      try {
        return await task();
      } finally {
        const next = waiting.shift();
        if (next === undefined) free++;
        else next();
      }
    },
  };
}
