import { isSettled, pendingOf } from "../supervisor/state.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import type { Since, Until } from "./api.ts";

/** Options of {@linkcode waitForState}. */
export interface StateWait {
  readonly name: string;
  readonly until: Until;
  /** Former pending work; `changed` waits until it differs. */
  readonly since?: Since | undefined;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Waits until a function has reached a state, the timeout is over or the signal aborts. */
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
  // One timer and one listener per wait: every change wakes all waits, and there may be thousands.
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
