import type { FunctionState } from "./state.ts";
import { nextTryMs } from "./retry.ts";

/** Wakes functions when their pauses are over. */
export interface BackoffTimers {
  /** Sets a function's timer as its state wants it. */
  readonly set: (name: string, state: FunctionState | undefined) => void;
}

interface Running {
  readonly untilMs: number;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** Timers of one supervisor; none is left of a function that does not pause. */
export function createBackoffTimers(onOver: (name: string) => void): BackoffTimers {
  const timers = new Map<string, Running>();
  return {
    set(name, state) {
      const untilMs = nextTryMs(state);
      const running = timers.get(name);
      if (running?.untilMs === untilMs) return;
      clearTimeout(running?.timer);
      timers.delete(name);
      if (untilMs === undefined) return;
      const timer = setTimeout(() => {
        timers.delete(name);
        onOver(name);
      }, Math.max(0, untilMs - performance.now()));
      timers.set(name, { untilMs, timer });
    },
  };
}
