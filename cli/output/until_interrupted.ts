const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** A signal that aborts when the user has enough: at Ctrl-C, or when the terminal is closed. */
export function untilInterrupted(): Disposable & { readonly signal: AbortSignal } {
  const ended = new AbortController();
  const end = (): void => ended.abort();
  for (const name of SIGNALS) Deno.addSignalListener(name, end);
  return {
    signal: ended.signal,
    [Symbol.dispose]() {
      for (const name of SIGNALS) Deno.removeSignalListener(name, end);
    },
  };
}
