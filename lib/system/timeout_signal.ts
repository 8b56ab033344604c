/** A signal that aborts after a time. Disposing of it stops the timer. */
export interface TimeoutSignal extends Disposable {
  readonly signal: AbortSignal;
}

/** Maximum delay of a timer in milliseconds: with a longer one, it would fire at once. */
export const MAX_TIMER_MS: number = 2 ** 31 - 1;

/**
 * Opens a signal that aborts like that of `AbortSignal.timeout`, which keeps its timer, and with it
 * everything that follows the signal, until the whole time has passed. The timer does not keep the
 * process alive.
 */
export function openTimeout(timeoutMs: number): TimeoutSignal {
  const over = new AbortController();
  const timer = setTimeout(
    () => over.abort(new DOMException("Signal timed out.", "TimeoutError")),
    Math.min(timeoutMs, MAX_TIMER_MS),
  );
  Deno.unrefTimer(timer);
  return { signal: over.signal, [Symbol.dispose]: () => clearTimeout(timer) };
}
