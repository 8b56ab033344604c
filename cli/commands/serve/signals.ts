import { onSignal } from "../../output/on_signal.ts";

/** Signals to stop, for as long as it is not disposed of. */
export interface StopSignals extends Disposable {
  /** Resolves at the first signal to stop. */
  readonly first: Promise<void>;
  /** Aborts at the second one. */
  readonly second: AbortSignal;
  /** Stops as a signal would. */
  readonly stop: () => void;
}

/** Heeds the signals that stop `serve`. */
export function catchStopSignals(): StopSignals {
  const first = Promise.withResolvers<void>();
  const second = new AbortController();
  let count = 0;
  const listener = (): void => ++count === 1 ? first.resolve() : second.abort();
  const listening = onSignal(["SIGINT", "SIGTERM", "SIGQUIT"], listener);
  return {
    first: first.promise,
    second: second.signal,
    stop: listener,
    [Symbol.dispose]: () => listening[Symbol.dispose](),
  };
}
