import type { FunctionState } from "./state.ts";
import { nextTryMs } from "./retry.ts";

/** One timer for each function that waits for its next attempt. */
export interface BackoffTimers {
  /** Sets or clears a function's timer according to its state. */
  readonly set: (name: string, state: FunctionState | undefined) => void;
}

interface Running {
  readonly untilMs: number;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** Creates the timers of one supervisor, which call `onOver` when a pause ends. */
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
