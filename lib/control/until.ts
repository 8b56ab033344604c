import { isSettled } from "../supervisor/settled.ts";
import { PENDING, pendingOf } from "../supervisor/state.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import { sleep } from "../system/sleep.ts";
import type { Since, Until } from "./api.ts";

/** What a request waits for, and for how long. */
export interface WaitRequest {
  /** `null` for no wait at all. */
  readonly until: Until | null;
  readonly since: Since | null;
  readonly timeoutMs: number;
}

/** Longest that a request may wait for a function. */
const MAX_WAIT_MS = 600_000;

const UNTIL: readonly (string | null)[] = ["settled", "gone", "changed"] satisfies Until[];

const SINCE: readonly (string | null)[] = [...PENDING, "none"] satisfies Since[];

/** Reads `until`, `since` and `timeoutMs`, or says what is wrong with them. */
export function parseWait(params: URLSearchParams): WaitRequest | string {
  const until = params.get("until");
  const since = params.get("since");
  const timeoutMs = Number(params.get("timeoutMs") ?? MAX_WAIT_MS);
  if (until !== null && !UNTIL.includes(until)) return `"until" is not one of ${UNTIL.join(", ")}`;
  if (until === "changed" && !SINCE.includes(since)) {
    return `"since" is not one of ${SINCE.join(", ")}`;
  }
  if (!(timeoutMs >= 0 && timeoutMs <= MAX_WAIT_MS)) {
    return `"timeoutMs" is not a number from 0 to ${MAX_WAIT_MS}`;
  }
  return { until: until as Until | null, since: since as Since | null, timeoutMs };
}

/** Waits until a function has come to that, the time is over, or nobody waits any more. */
export async function waitUntil(
  supervisor: Supervisor,
  name: string,
  { until, since, timeoutMs, gone }: WaitRequest & { readonly gone: AbortSignal },
): Promise<void> {
  if (until === null) return;
  const signal = AbortSignal.any([gone, AbortSignal.timeout(timeoutMs)]);
  while (!hasCome(supervisor, name, { until, since }) && !signal.aborted) {
    await Promise.race([supervisor.changed(), sleep(timeoutMs, signal)]);
  }
}

function hasCome(
  supervisor: Supervisor,
  name: string,
  { until, since }: { readonly until: Until; readonly since: Since | null },
): boolean {
  const state = supervisor.functions.get(name);
  if (until === "gone") return state === undefined;
  if (until === "settled" || state === undefined) return isSettled(supervisor, name);
  return (pendingOf(state, supervisor.arriving.has(name)) ?? "none") !== since;
}
