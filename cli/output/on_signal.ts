/** Signals that can be listened for on Windows. */
const WINDOWS_SIGNALS: readonly Deno.Signal[] = ["SIGINT", "SIGBREAK"];

/** Calls the listener at each of these signals that the system has, until disposed. */
export function onSignal(names: readonly Deno.Signal[], listener: () => void): Disposable {
  const known = listenable(names, Deno.build.os);
  for (const name of known) Deno.addSignalListener(name, listener);
  return {
    [Symbol.dispose]() {
      for (const name of known) Deno.removeSignalListener(name, listener);
    },
  };
}

/**
 * Returns the signals that a process can listen for on a system.
 *
 * @example
 * ```ts
 * import { listenable } from "./on_signal.ts";
 * listenable(["SIGINT", "SIGTERM"], "windows"); // ["SIGINT"]
 * ```
 */
export function listenable(
  names: readonly Deno.Signal[],
  os: typeof Deno.build.os,
): readonly Deno.Signal[] {
  return names.filter((name) =>
    os === "windows" ? WINDOWS_SIGNALS.includes(name) : name !== "SIGBREAK"
  );
}
