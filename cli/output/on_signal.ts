/** Calls the listener at each of these signals, until disposed. */
export function onSignal(names: readonly Deno.Signal[], listener: () => void): Disposable {
  for (const name of names) Deno.addSignalListener(name, listener);
  return {
    [Symbol.dispose]() {
      for (const name of names) Deno.removeSignalListener(name, listener);
    },
  };
}
