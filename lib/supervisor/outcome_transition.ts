import { closeServing } from "./hang_transition.ts";
import { pause, retry, servedRevision, servesWell } from "./retry.ts";
import type { Failure, FunctionState } from "./state.ts";
import { type EventOf, type Moment, same, type Step } from "./step.ts";

/** The candidate is ready: it serves, and the former instance closes. */
export function ready(state: FunctionState, event: EventOf<"ready">, moment: Moment): Step {
  const { candidate, serving } = state;
  if (candidate?.id !== event.id) return same(state);
  const next: FunctionState = {
    ...state,
    candidate: undefined,
    ...failureOf(state, event),
    serving: {
      ...candidate,
      phase: "ready",
      upstream: event.upstream,
      readyAtMs: moment.nowMs,
      ...(event.folderFailure === undefined ? {} : { isSnapshot: true }),
    },
  };
  const retried = event.folderFailure?.isTransient ? retry(next, moment) : next;
  if (serving === undefined) return same(retried);
  return {
    state: { ...retried, leaving: [...state.leaving, { ...serving, phase: "draining" }] },
    effects: [closeServing(serving, "replaced")],
  };
}

/** The candidate passed its check and needs no start: the function serves or is idle. */
export function registered(
  state: FunctionState,
  event: EventOf<"registered">,
  moment: Moment,
): Step {
  if (state.candidate?.id !== event.id) return same(state);
  const { serving } = state;
  if ((event.isServed || serving?.hang) && servedRevision(state) === undefined) {
    // The instance has exited or hangs since; with a candidate, neither event sets a pause.
    const failure = serving === undefined ? state.failure : undefined;
    return same(pause({ ...state, candidate: undefined, failure }, moment));
  }
  const next: FunctionState = {
    ...state,
    candidate: undefined,
    ...failureOf(state, event),
    isIdle: serving === undefined,
  };
  return same(
    event.folderFailure?.isTransient ? retry(next, moment) : { ...next, backoff: undefined },
  );
}

/** The candidate failed: it is retried after a pause if that may help. */
export function failed(state: FunctionState, event: EventOf<"failed">, moment: Moment): Step {
  if (state.candidate?.id !== event.id) return same(state);
  const { failure } = event;
  // A failure of the host names the requested revision, which a check may have replaced since.
  // Going back to it would look like new code.
  const requested = failure.stage === "host" ? state.requested : failure.revision;
  const isStart = failure.stage === "start";
  const isServed = servesWell(state);
  const next: FunctionState = {
    ...state,
    candidate: undefined,
    failure,
    requested,
    restarts: state.restarts + (isStart && !isServed ? 1 : 0),
  };
  // A failed manifest or check needs new code. A failed start may succeed next time; but while an
  // older revision serves, only the author can tell.
  const isRetried = failure.isTransient || event.hasSnapshotFailed === true ||
    (isStart && !isServed);
  if (!isRetried) return same({ ...next, backoff: undefined });
  const paused = retry(next, moment);
  const isGivenUp = paused.backoff === undefined;
  return same(isGivenUp && event.hasSnapshotFailed ? pause(paused, moment) : paused);
}

/** Returns the failure of the newer revision, in whose place a snapshot serves. */
function failureOf(
  { requested }: FunctionState,
  { folderFailure }: { readonly folderFailure?: Failure },
): Pick<FunctionState, "failure" | "requested"> {
  return { failure: folderFailure, requested: folderFailure?.revision ?? requested };
}
