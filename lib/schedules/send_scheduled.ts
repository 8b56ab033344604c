import type { Limits } from "../config/limits.ts";
import type { RouteTable } from "../proxy/route_table.ts";
import { sendRequest } from "../proxy/send_request.ts";
import { describeDuration } from "../system/describe_duration.ts";
import type { Attempted } from "./run_schedule.ts";
import type { ScheduledRequest } from "./scheduled_request.ts";

/** Field by which a function knows a scheduled request; the proxy drops it from clients. */
export const SCHEDULE_FIELD = "X-Ddsrv-Schedule";

/** Field with the time of the tick, in the notation of `Date.toISOString()`; dropped as well. */
export const TICK_FIELD = "X-Ddsrv-Schedule-Tick";

/** Options of {@linkcode sendScheduled}. */
export interface SendScheduledOptions {
  readonly routes: RouteTable;
  /** Returns the present limits. */
  readonly limits: () => Pick<Limits, "maxHeadBytes" | "maxFields">;
}

/**
 * Sends the request of a schedule to its function. Starts an idle function, and waits for one that
 * is starting.
 */
export async function sendScheduled(
  { routes, limits }: SendScheduledOptions,
  { function: name, schedule, tickMs, signal }: ScheduledRequest,
): Promise<Attempted> {
  const unanswered = (reason: string): Attempted => ({ type: "unanswered", reason });
  const isLate = `There was no answer within ${describeDuration(schedule.timeoutMs)}`;
  let route = routes.resolve(name);
  if (route?.type === "waiting") {
    const outcome = await routes.wait(name, {
      waitTimeoutMs: Infinity,
      maxWaiting: Infinity,
      signal,
    });
    if (outcome.type !== "route") return unanswered(`${isLate}: the function is still starting`);
    route = outcome.route;
  }
  if (route === undefined) return unanswered("The function was removed");
  if (route.type !== "ready") {
    const message = route.type === "refused" ? route.fault.message : "it is starting again";
    return unanswered(`The function does not serve: ${message}`);
  }
  const { upstream, keepPrefix = false } = route;
  try {
    const status = await sendRequest(upstream, {
      method: schedule.method,
      target: keepPrefix ? `/${encodeURIComponent(name)}${schedule.path}` : schedule.path,
      fields: {
        [SCHEDULE_FIELD]: schedule.name,
        [TICK_FIELD]: new Date(tickMs).toISOString(),
      },
    }, { ...limits(), signal });
    return { type: "answered", status };
  } catch (error) {
    return unanswered(signal.aborted ? isLate : `No answer: ${(error as Error).message}`);
  }
}
