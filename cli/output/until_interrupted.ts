import { onSignal } from "./on_signal.ts";

/** The end that a user makes: at Ctrl-C, or when the terminal is closed. */
export interface Interruption extends Disposable {
  readonly signal: AbortSignal;
  /** Resolves when the signal aborts. */
  readonly happened: Promise<void>;
}

/** Takes the signals by which a user has enough, until it is disposed of. */
export function untilInterrupted(): Interruption {
  const ended = new AbortController();
  const { promise, resolve } = Promise.withResolvers<void>();
  const listening = onSignal(["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"], () => {
    ended.abort();
    resolve();
  });
  return {
    signal: ended.signal,
    happened: promise,
    [Symbol.dispose]: () => listening[Symbol.dispose](),
  };
}
