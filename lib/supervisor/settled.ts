import { pendingOf } from "./state.ts";
import type { Supervisor } from "./supervisor.ts";

/** What of a supervisor tells whether a function changes yet. */
type Observed = Pick<Supervisor, "functions" | "arriving">;

/** Whether nothing is under way with a function that is to become of it. */
export function isSettled({ functions, arriving }: Observed, name: string): boolean {
  const state = functions.get(name);
  const isArriving = arriving.has(name);
  return state === undefined ? !isArriving : pendingOf(state, isArriving) === undefined;
}
