import process from "node:process";
import { CliError } from "./exit_code.ts";

/** Signals that end a command, with their numbers. */
const SIGNALS = [["SIGHUP", 1], ["SIGINT", 2], ["SIGTERM", 15]] as const;

/**
 * Runs a task that must undo its work when it is interrupted. The first SIGHUP, SIGINT or SIGTERM
 * aborts the task's signal with a {@linkcode CliError} whose exit code is 128 plus the signal's
 * number, as shells expect. Later signals have no effect.
 */
export async function interruptible<Value>(
  run: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const interruption = new AbortController();
  using listeners = new DisposableStack();
  for (const [name, number] of SIGNALS) {
    const abort = (): void =>
      interruption.abort(new CliError("Interrupted. Nothing was changed", 128 + number));
    process.on(name, abort);
    listeners.defer(() => process.off(name, abort));
  }
  return await run(interruption.signal);
}
