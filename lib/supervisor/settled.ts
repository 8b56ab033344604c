import { statusOf } from "./state.ts";
import type { Supervisor } from "./supervisor.ts";

/** What of a supervisor tells whether a function changes yet. */
type Observed = Pick<Supervisor, "functions" | "arriving">;

/** Whether nothing is under way with a function that is to become of it. */
export function isSettled({ functions, arriving }: Observed, name: string): boolean {
  const state = functions.get(name);
  if (arriving.has(name)) return false;
  if (state === undefined) return true;
  if (state.candidate !== undefined) return false;
  return ["ready", "idle", "failed", "backoff"].includes(statusOf(state));
}
