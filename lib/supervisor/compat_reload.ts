import { sleep } from "../system/sleep.ts";
import type { ReloadOutcome } from "../proxy/route_table.ts";
import { isSettled } from "./state.ts";
import type { Supervisor } from "./supervisor.ts";

/** Longest that a client is kept waiting. */
const TIMEOUT_MS = 120_000;

/**
 * Reloads for clients of the proxy, as the original's documentation has it. Anybody may ask, so that
 * whoever asks while one is under way gets the outcome of that: a crowd must not keep a function from
 * ever being ready.
 */
export function createCompatReload(
  supervisor: Supervisor,
  { timeoutMs = TIMEOUT_MS }: { readonly timeoutMs?: number } = {},
): (name: string) => Promise<ReloadOutcome> {
  const reloading = new Map<string, Promise<ReloadOutcome>>();

  async function reload(name: string): Promise<ReloadOutcome> {
    if (!supervisor.reload(name)) return { isDone: false, reason: "there is no such function" };
    const late = AbortSignal.timeout(timeoutMs);
    while (!isSettled(supervisor, name) && !late.aborted) {
      await Promise.race([supervisor.changed(), sleep(timeoutMs, late)]);
    }
    return outcomeOf(supervisor, name);
  }

  return (name) => {
    const begun = reloading.get(name);
    if (begun !== undefined) return begun;
    const outcome = reload(name).finally(() => reloading.delete(name));
    reloading.set(name, outcome);
    return outcome;
  };
}

function outcomeOf(supervisor: Supervisor, name: string): ReloadOutcome {
  const state = supervisor.functions.get(name);
  if (state === undefined) return { isDone: false, reason: "it was taken away" };
  if (state.failure !== undefined) return { isDone: false, reason: state.failure.reason };
  if (!isSettled(supervisor, name)) return { isDone: false, reason: "it still starts" };
  return { isDone: true };
}
