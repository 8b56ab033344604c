import { pendingOf } from "./state.ts";
import type { Supervisor } from "./supervisor.ts";

/** What of a supervisor tells whether a function changes yet. */
type Observed = Pick<Supervisor, "functions" | "unsettled">;

/** Whether nothing is under way with a function that is to become of it. */
export function isSettled({ functions, unsettled }: Observed, name: string): boolean {
  const state = functions.get(name);
  const isUnsettled = unsettled.has(name);
  return state === undefined ? !isUnsettled : pendingOf(state, isUnsettled) === undefined;
}
