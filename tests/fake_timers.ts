/** Timers under the control of a test. Disposing of it restores the real timers. */
export interface FakeTimers extends Disposable {
  /** Advances the time and calls due timers in order. */
  readonly pass: (ms: number) => void;
  /** Returns the number of active timers. */
  readonly count: () => number;
  /** Returns the periods of the active intervals in milliseconds. */
  readonly intervals: () => number[];
}

interface Timer {
  readonly call: () => void;
  readonly intervalMs: number | undefined;
  dueMs: number;
}

/** Replaces setTimeout and setInterval with fake timers; `Date` is unchanged. */
export function useFakeTimers(): FakeTimers {
  const { setTimeout, clearTimeout, setInterval, clearInterval } = globalThis;
  const timers = new Map<number, Timer>();
  let [nowMs, lastId] = [0, 0];
  const set = (isRepeated: boolean) => (call: () => void, ms = 0): number => {
    const intervalMs = isRepeated ? Math.max(1, ms) : undefined;
    timers.set(++lastId, { call, intervalMs, dueMs: nowMs + ms });
    return lastId;
  };
  const clear = (id?: number): void => {
    if (id !== undefined) timers.delete(id);
  };
  Object.assign(globalThis, {
    setTimeout: set(false),
    clearTimeout: clear,
    setInterval: set(true),
    clearInterval: clear,
  });
  return {
    pass(ms) {
      const endMs = nowMs + ms;
      for (;;) {
        const [next] = [...timers].sort(([, one], [, other]) => one.dueMs - other.dueMs);
        if (next === undefined || next[1].dueMs > endMs) break;
        const [id, timer] = next;
        nowMs = timer.dueMs;
        if (timer.intervalMs === undefined) timers.delete(id);
        else timer.dueMs += timer.intervalMs;
        timer.call();
      }
      nowMs = endMs;
    },
    count: () => timers.size,
    intervals: () => [...timers.values()].flatMap(({ intervalMs }) => intervalMs ?? []),
    [Symbol.dispose]: () => {
      Object.assign(globalThis, { setTimeout, clearTimeout, setInterval, clearInterval });
    },
  };
}
