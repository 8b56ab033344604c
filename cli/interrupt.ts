import process from "node:process";
import { CliError } from "./exit_code.ts";

/** What asks a command to end, with the signal's number. */
const SIGNALS = [["SIGHUP", 1], ["SIGINT", 2], ["SIGTERM", 15]] as const;

/**
 * Runs what has to clear up behind itself: a signal from outside aborts its own signal, with an
 * error for the exit code that a shell expects, 128 and the number. Later ones change nothing.
 */
export async function interruptible<Value>(
  run: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const interruption = new AbortController();
  using listeners = new DisposableStack();
  for (const [name, number] of SIGNALS) {
    const abort = (): void =>
      interruption.abort(new CliError(`Interrupted. All is as it was before`, 128 + number));
    process.on(name, abort);
    listeners.defer(() => process.off(name, abort));
  }
  return await run(interruption.signal);
}
