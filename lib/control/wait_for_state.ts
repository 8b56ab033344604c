import { isSettled, pendingOf } from "../supervisor/state.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import type { Since, Until } from "./api.ts";

/** For what to wait. */
export interface StateWait {
  readonly name: string;
  readonly until: Until;
  /** What was under way; with `changed`, something else is waited for. */
  readonly since?: Since | undefined;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Waits until a function has come to a state, the time is over or the signal aborts. */
export async function waitForState(
  supervisor: Supervisor,
  { name, until, since, timeoutMs, signal }: StateWait,
): Promise<void> {
  if (signal.aborted) return;
  const ended = Promise.withResolvers<void>();
  let isOver = false;
  const end = (): void => {
    isOver = true;
    ended.resolve();
  };
  // One timer and one listener for the whole wait: a thousand waits wake up at every change.
  const timer = setTimeout(end, timeoutMs);
  signal.addEventListener("abort", end, { once: true });
  try {
    while (!isOver && !isReached(supervisor, { name, until, since })) {
      await Promise.race([supervisor.changed(), ended.promise]);
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
  }
}

function isReached(
  supervisor: Supervisor,
  { name, until, since }: Pick<StateWait, "name" | "until" | "since">,
): boolean {
  const state = supervisor.functions.get(name);
  if (until === "gone") return state === undefined;
  if (until === "settled" || state === undefined) return isSettled(supervisor, name);
  return (pendingOf(state, supervisor.unsettled.has(name)) ?? "none") !== since;
}
