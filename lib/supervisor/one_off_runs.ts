import { RunRefused } from "./run_refused.ts";

/** The present one-off runs of a supervisor. */
export interface OneOffRuns {
  /**
   * Begins a run of a function, whose signal aborts when the run must end.
   *
   * @throws {RunRefused} if the function has the maximum of runs
   */
  readonly enter: <Result>(
    name: string,
    run: (signal: AbortSignal) => Promise<Result>,
  ) => Promise<Result>;
  /** Ends the runs of a function, and waits until nothing of them is left. */
  readonly end: (name: string, reason: string) => Promise<void>;
}

/** Maximum number of runs of one function at the same time: each may use as much as an instance. */
export const MAX_RUNS = 4;

/** Creates an empty table of runs. */
export function createOneOffRuns(): OneOffRuns {
  const running = new Map<string, Map<AbortController, Promise<unknown>>>();

  return {
    async enter(name, run) {
      const own = running.get(name) ?? new Map<AbortController, Promise<unknown>>();
      if (own.size >= MAX_RUNS) {
        throw new RunRefused(
          `"${name}" has ${MAX_RUNS} one-off runs already. Wait for one of them, or end it`,
        );
      }
      running.set(name, own);
      const ending = new AbortController();
      const ended = run(ending.signal);
      own.set(ending, ended.catch(() => {}));
      try {
        return await ended;
      } finally {
        own.delete(ending);
        if (own.size === 0 && running.get(name) === own) running.delete(name);
      }
    },
    async end(name, reason) {
      const own = running.get(name);
      if (own === undefined) return;
      for (const ending of own.keys()) ending.abort(new RunRefused(reason));
      await Promise.all(own.values());
    },
  };
}
