/** Longest that a task goes on without a break: what a request may have to wait for it. */
const MAX_BUSY_MS = 4;

/** Gives a break now and then: to be awaited within a long loop, it lets others have their turn. */
export function createYieldToEventLoop(): () => Promise<void> | undefined {
  let sinceMs = performance.now();
  return () => {
    if (performance.now() - sinceMs < MAX_BUSY_MS) return undefined;
    return new Promise((resolve) =>
      setTimeout(() => {
        sinceMs = performance.now();
        resolve();
      }, 0)
    );
  };
}
