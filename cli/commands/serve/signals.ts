import { onSignal } from "../../output/on_signal.ts";

/** Signals that stop `serve`; listens until disposed. */
export interface StopSignals extends Disposable {
  /** Resolves at the first signal. */
  readonly first: Promise<void>;
  /** Aborts at the second signal. */
  readonly second: AbortSignal;
  readonly isStopping: () => boolean;
  /** Has the same effect as a signal. */
  readonly stop: () => void;
}

/** Listens for SIGINT, SIGTERM and SIGQUIT. */
export function catchStopSignals(): StopSignals {
  const first = Promise.withResolvers<void>();
  const second = new AbortController();
  let count = 0;
  const listener = (): void => ++count === 1 ? first.resolve() : second.abort();
  const listening = onSignal(["SIGINT", "SIGTERM", "SIGQUIT"], listener);
  return {
    first: first.promise,
    second: second.signal,
    isStopping: () => count > 0,
    stop: listener,
    [Symbol.dispose]: () => listening[Symbol.dispose](),
  };
}
