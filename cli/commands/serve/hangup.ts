/** What SIGHUP does. */
export interface HangupOptions {
  /** Reads the configuration again. */
  readonly reload: () => Promise<void>;
  /** Lets somebody know while it does. */
  readonly during: (reload: () => Promise<void>) => Promise<void>;
  /** Stops; the terminal that it ran in was closed. */
  readonly stop: () => void;
  readonly onError: (error: Error) => void;
}

/**
 * Heeds SIGHUP until it is disposed of: somebody asks for the configuration to be read again, unless
 * it comes from a terminal that is gone.
 */
export function onHangup({ reload, during, stop, onError }: HangupOptions): AsyncDisposable {
  const hadTerminal = Deno.stdin.isTerminal();
  let reloading = Promise.resolve();
  const listener = (): void => {
    if (hadTerminal && !Deno.stdin.isTerminal()) return stop();
    reloading = reloading.then(() => during(reload)).catch(onError);
  };
  Deno.addSignalListener("SIGHUP", listener);
  return {
    [Symbol.asyncDispose]() {
      Deno.removeSignalListener("SIGHUP", listener);
      return reloading;
    },
  };
}
