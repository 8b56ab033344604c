import { closeServing } from "./hang_transition.ts";
import type { FunctionState } from "./state.ts";
import { type EventOf, same, type Step } from "./step.ts";
import { withoutCandidate } from "./without_candidate.ts";

/**
 * Stops a function by hand: its instance drains as when it is replaced, and nothing starts any
 * more. A function that is stopped already keeps the time of its stop, and its page if there is no
 * other one.
 */
export function stopByHand(state: FunctionState, { stop }: EventOf<"stop-by-hand">): Step {
  if (!state.isWanted) return same(state);
  const { stoppedByHand: before, serving } = state;
  const cleared = withoutCandidate(state);
  const next: FunctionState = {
    ...cleared.state!,
    serving: undefined,
    isIdle: false,
    // The code may be other code, or pass, when somebody starts it.
    failure: undefined,
    backoff: undefined,
    stoppedByHand: {
      sinceMs: before?.sinceMs ?? stop.sinceMs,
      page: stop.page ?? before?.page,
    },
  };
  if (serving === undefined) return { state: next, effects: cleared.effects };
  return {
    state: { ...next, leaving: [...next.leaving, { ...serving, phase: "draining" }] },
    effects: [...cleared.effects, closeServing(serving, "stopped-by-hand")],
  };
}

/** Removes the stop by hand; returns the same state if there is none. The caller launches. */
export function startByHand(state: FunctionState): FunctionState {
  if (!state.isWanted || state.stoppedByHand === undefined) return state;
  return { ...state, stoppedByHand: undefined };
}
