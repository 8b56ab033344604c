import { type Fault, faultOf } from "../proxy/http1/fault.ts";
import { withAdvice } from "./advice.ts";
import type { Backoff, Failure, FunctionState } from "./state.ts";
import { isUnavailable } from "./retry.ts";

/** Destination of a function's requests. */
export type RouteDecision =
  | { readonly type: "instance"; readonly id: number }
  | { readonly type: "waiting" }
  | { readonly type: "refused"; readonly fault: Fault; readonly isAsked?: true }
  | { readonly type: "none" };

/** Maximum length of diagnostics in a response, in UTF-16 units: anybody may ask. */
const MAX_DETAIL = 16 * 1024;

/** Returns the route for a function's state. */
export function routeOf(state: FunctionState | undefined, nowMs: number): RouteDecision {
  if (state === undefined || !state.isWanted) return { type: "none" };
  if (state.stoppedByHand !== undefined) {
    const { page } = state.stoppedByHand;
    const message = `${state.name} is stopped for maintenance`;
    return { type: "refused", fault: faultOf("function-stopped", { message, page }) };
  }
  // With a blocked event loop it answers nobody; an unhealthy instance may, until it is replaced.
  if (state.serving !== undefined && state.serving.hang?.cause !== "blocked") {
    return { type: "instance", id: state.serving.id };
  }
  if (state.candidate !== undefined || state.isIdle) return { type: "waiting" };
  const { failure, backoff, serving } = state;
  if (serving !== undefined) {
    const message = "The function does not answer and is being replaced";
    const fault = faultOf("function-exited", { message, retryAfterS: secondsLeft(backoff, nowMs) });
    return { type: "refused", fault };
  }
  if (failure === undefined) return { type: "waiting" };
  const detail = publicDetail(failure, state.name);
  const message = detail === "" ? failure.reason : `${failure.reason}\n\n${detail}`;
  const retryAfterS = secondsLeft(backoff, nowMs);
  if (failure.stage === "exit") {
    return { type: "refused", fault: faultOf("function-exited", { message, retryAfterS }) };
  }
  if (isUnavailable(state)) {
    const fault = faultOf("function-unavailable", { message, retryAfterS });
    return { type: "refused", fault, isAsked: true };
  }
  return { type: "refused", fault: faultOf("function-failed", { message }) };
}

/**
 * The output of a function is for its owner: it may contain secrets, and anybody may ask. Only the
 * lines that name the cause are shown, without values of variables.
 */
function publicDetail({ stage, detail, cause = "", advice }: Failure, name: string): string {
  const see = `see: ddsrv inspect ${name}`;
  if (stage === "check" || stage === "manifest") {
    const isLong = detail.length > MAX_DETAIL;
    return withAdvice(isLong ? `${detail.slice(0, MAX_DETAIL)}\n… (${see})` : detail, advice);
  }
  const known = withAdvice(cause, advice);
  return known === "" && stage !== "host" && detail !== "" ? `ddsrv: ${see}` : known;
}

/** At least 1: with `Retry-After: 0`, a client would retry at once. */
function secondsLeft(backoff: Backoff | undefined, nowMs: number): number {
  return Math.max(1, Math.ceil(((backoff?.untilMs ?? nowMs) - nowMs) / 1000));
}
