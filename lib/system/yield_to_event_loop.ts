/** Maximum time that a loop blocks the event loop, which delays requests. */
const MAX_BUSY_MS = 4;

/** Returns a function to await in a long loop; every few milliseconds it lets other tasks run. */
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
