import { sleep } from "../system/sleep.ts";
import type { ReloadOutcome } from "../proxy/route_table.ts";
import { isSettled } from "./state.ts";
import type { Supervisor } from "./supervisor.ts";

/** Maximum time that a client waits. */
const TIMEOUT_MS = 120_000;

/**
 * Reloads functions for clients of the proxy, as the documentation of dynamic-deno-server says.
 * Anybody may ask. Requests during a reload get its outcome, because a crowd of clients must not
 * prevent a function from becoming ready.
 */
export function createCompatReload(
  supervisor: Supervisor,
  { timeoutMs = TIMEOUT_MS }: { readonly timeoutMs?: number } = {},
): (name: string) => Promise<ReloadOutcome> {
  const reloading = new Map<string, Promise<ReloadOutcome>>();

  async function reload(name: string): Promise<ReloadOutcome> {
    if (!supervisor.reload(name)) return { isDone: false, reason: "the function does not exist" };
    const late = AbortSignal.timeout(timeoutMs);
    while (!isSettled(supervisor, name) && !late.aborted) {
      await Promise.race([supervisor.changed(), sleep(timeoutMs, late)]);
    }
    return outcomeOf(supervisor, name);
  }

  return (name) => {
    const running = reloading.get(name);
    if (running !== undefined) return running;
    const outcome = reload(name).finally(() => reloading.delete(name));
    reloading.set(name, outcome);
    return outcome;
  };
}

function outcomeOf(supervisor: Supervisor, name: string): ReloadOutcome {
  const state = supervisor.functions.get(name);
  if (state === undefined) return { isDone: false, reason: "the function was removed" };
  if (state.stoppedByHand !== undefined) {
    return { isDone: false, reason: "the function is stopped for maintenance" };
  }
  if (state.failure !== undefined) return { isDone: false, reason: state.failure.reason };
  if (!isSettled(supervisor, name)) {
    return { isDone: false, reason: "the function is still starting" };
  }
  return { isDone: true };
}
