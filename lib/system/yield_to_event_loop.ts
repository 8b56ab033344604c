/** Maximum time that a loop blocks the event loop, which delays requests. */
const MAX_BUSY_MS = 4;

/**
 * Returns a function to await in a long loop: it returns `undefined` at once, or, after
 * {@linkcode MAX_BUSY_MS}, a promise that lets other tasks run.
 */
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
