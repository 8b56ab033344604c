/** Options of {@linkcode onHangup}. */
export interface HangupOptions {
  /** Reloads the configuration. */
  readonly reload: () => Promise<void>;
  /** Runs the reload and notifies the service manager. */
  readonly during: (reload: () => Promise<void>) => Promise<void>;
  /** Called instead if the terminal was closed. */
  readonly stop: () => void;
  readonly onError: (error: Error) => void;
}

/**
 * Reloads the configuration at each SIGHUP until disposed. If standard input was a terminal that is
 * now closed, SIGHUP stops instead.
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
