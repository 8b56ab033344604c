import { onSignal } from "./on_signal.ts";

/** The user's interruption, by Ctrl-C or by closing the terminal. Listens until disposed. */
export interface Interruption extends Disposable {
  readonly signal: AbortSignal;
  /** Resolves when the signal aborts. */
  readonly happened: Promise<void>;
}

/** Listens for SIGINT, SIGTERM, SIGHUP and SIGQUIT. */
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
