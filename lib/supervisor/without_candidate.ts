import type { FunctionState } from "./state.ts";
import { same, type Step } from "./step.ts";

/** Ends the candidate, if there is one; it closes without a drain, because it has no requests. */
export function withoutCandidate(state: FunctionState): Step {
  const { candidate } = state;
  if (candidate === undefined) return same(state);
  return {
    state: {
      ...state,
      candidate: undefined,
      leaving: [...state.leaving, { ...candidate, phase: "stopping" }],
    },
    effects: [{ type: "close", id: candidate.id, because: "stopped" }],
  };
}
