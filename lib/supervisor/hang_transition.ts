import { servedRevision } from "./retry.ts";
import type { FunctionState, Instance } from "./state.ts";
import type { EffectOf, EventOf } from "./step.ts";

/** After this time without a hang, earlier hangs no longer count. */
const WELL_MS = 60_000;

/** Marks the serving instance as hung; returns the same state if the event does not concern it. */
export function hung(state: FunctionState, { id, hang, wellAtMs }: EventOf<"hung">): FunctionState {
  const { serving } = state;
  if (serving?.id !== id || serving.hang !== undefined) return state;
  // Detecting a hang takes time, which does not count as time in service.
  const wasWell = wellAtMs - (serving.readyAtMs ?? wellAtMs) >= WELL_MS;
  return {
    ...state,
    serving: { ...serving, hang },
    restarts: state.restarts + 1,
    backoff: wasWell ? undefined : state.backoff,
  };
}

/** Removes the mark; a replacement that has begun continues. */
export function recovered(state: FunctionState, { id }: EventOf<"recovered">): FunctionState {
  const { serving, failure, requested } = state;
  if (serving?.id !== id || serving.hang === undefined) return state;
  const { hang: _, ...well } = serving;
  // A failure to start its own revision beside it no longer matters, except at a reload. The
  // requested revision decides: a failure of the host names the one from before the check.
  const isOwnRevision = requested === servedRevision({ ...state, serving: well });
  const left = isOwnRevision ? undefined : failure;
  // While an instance serves, only a transient failure is retried.
  const isFinal = left?.isTransient === false;
  return {
    ...state,
    serving: well,
    failure: left,
    backoff: isFinal ? undefined : state.backoff,
  };
}

/** Returns the effect that closes a serving instance; no drain if its event loop is blocked. */
export function closeServing(
  { id, hang }: Instance,
  because: Exclude<EffectOf<"close">["because"], "hung">,
): EffectOf<"close"> {
  return { type: "close", id, because: hang?.cause === "blocked" ? "hung" : because };
}
