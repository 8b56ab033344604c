import type { Action } from "./reconcile.ts";
import { closeServing, hung, recovered } from "./hang_transition.ts";
import { isRetried, isStartedByRequest, pause, retry, servesWell } from "./retry.ts";
import type { Failure, FunctionState, Instance, InstanceHang } from "./state.ts";

/** An event of a function. */
export type Event =
  | Action
  | { readonly type: "checked"; readonly id: number; readonly revision: string }
  | {
    readonly type: "spawned";
    readonly id: number;
    readonly pid: number;
    readonly namespace: string | undefined;
  }
  | {
    readonly type: "ready";
    readonly id: number;
    readonly upstream: string;
    /** Failure of the folder's revision, when a snapshot is ready in its place. */
    readonly instead?: Failure;
  }
  /** A launch failed before it was ready; everything of it is closed. */
  | {
    readonly type: "failed";
    readonly id: number;
    readonly failure: Failure;
    /** The snapshot of the last good revision did not start either, and is retried. */
    readonly hasSnapshotFailed?: boolean;
  }
  /** The process of an instance exited after it was ready. */
  | { readonly type: "exited"; readonly id: number; readonly failure: Failure }
  /** A ready instance hangs or is unhealthy. */
  | {
    readonly type: "hung";
    readonly id: number;
    readonly hang: InstanceHang;
    /** Time at which it last was well, by the clock of {@linkcode Moment.nowMs}. */
    readonly wellAtMs: number;
  }
  /** A hung instance answers again. */
  | { readonly type: "recovered"; readonly id: number }
  /** A closed instance is gone. */
  | { readonly type: "closed"; readonly id: number }
  /** The check passed, and no start is needed: the revision already serves, or may stay idle. */
  | { readonly type: "registered"; readonly id: number; readonly instead?: Failure }
  /** A ready instance has had no request for its idle time. */
  | { readonly type: "unused"; readonly id: number }
  /** A request arrived while the function does not serve. */
  | { readonly type: "wanted" }
  | { readonly type: "backoff-over" }
  /** Start a new instance of the same revision. */
  | { readonly type: "reload" };

/** An action outside of the state; its results come back as events. */
export type Effect =
  | {
    readonly type: "launch";
    readonly id: number;
    readonly name: string;
    /** Start even if the same revision already serves. */
    readonly isForced: boolean;
  }
  /**
   * Closes an instance. One that is replaced or unused may finish its in-flight requests; a stopped
   * one has less time, and one with a blocked event loop has none.
   */
  | {
    readonly type: "close";
    readonly id: number;
    readonly because: "replaced" | "unused" | "stopped" | "hung";
  };

/** Clock, ids and randomness, as input that keeps {@linkcode transition} pure. */
export interface Moment {
  /** Time by a monotonic clock such as `performance.now()`. */
  readonly nowMs: number;
  /** Id of the next instance. */
  readonly nextId: number;
  /** Random number from 0 to 1. */
  readonly chance: number;
}

/** The next state and the effects to perform; `state` is `undefined` when the function is gone. */
export interface Step {
  readonly state: FunctionState | undefined;
  readonly effects: readonly Effect[];
}

/** After this time in service, earlier failures no longer count. */
const HEALTHY_MS = 60_000;

/** Returns the result of an event. Events of instances that are gone change nothing. */
export function transition(state: FunctionState | undefined, event: Event, moment: Moment): Step {
  if (event.type === "start" || event.type === "replace") return begin(state, event, moment);
  if (state === undefined) return { state, effects: [] };
  switch (event.type) {
    case "stop":
      return stop(state);
    case "reload":
      return state.isWanted
        ? launch(withoutCandidate(state), moment, { isForced: true })
        : same(state);
    case "backoff-over":
      if (state.backoff === undefined || state.candidate !== undefined) return same(state);
      // A hung instance has the same revision: without force, nothing would start.
      return isRetried(state)
        ? launch(same(state), moment, { isForced: state.serving?.hang !== undefined })
        : same(state);
    case "checked":
      return checked(state, event);
    case "spawned": {
      const { pid, namespace } = event;
      return same(updateCandidate(state, event.id, { phase: "starting", pid, namespace }));
    }
    case "ready":
      return ready(state, event, moment);
    case "registered":
      return registered(state, event, moment);
    case "unused":
      return unused(state, event);
    case "wanted":
      return isStartedByRequest(state, moment.nowMs) ? launch(same(state), moment) : same(state);
    case "failed":
      return failed(state, event, moment);
    case "exited":
      return exited(state, event, moment);
    case "hung": {
      const next = hung(state, event);
      if (next === state || next.candidate !== undefined) return same(next);
      // The first replacement starts at once; later ones wait, as after an exit.
      const isFirst = next.backoff === undefined;
      const paused = pause(next, moment);
      return isFirst ? launch(same(paused), moment, { isForced: true }) : same(paused);
    }
    case "recovered":
      return same(recovered(state, event));
    case "closed":
      return settle({ ...state, leaving: state.leaving.filter(({ id }) => id !== event.id) });
    default:
      return event satisfies never;
  }
}

function begin(
  state: FunctionState | undefined,
  { name, desired }: Extract<Event, { type: "start" | "replace" }>,
  moment: Moment,
): Step {
  const base: FunctionState = state ?? {
    name,
    directory: desired.directory,
    isWanted: true,
    requested: desired.revision,
    serving: undefined,
    candidate: undefined,
    leaving: [],
    failure: undefined,
    backoff: undefined,
    isIdle: false,
    restarts: 0,
  };
  const cleared = withoutCandidate(base);
  const wanted: FunctionState = {
    ...cleared.state!,
    directory: desired.directory,
    isWanted: true,
    requested: desired.revision,
    backoff: undefined,
  };
  return launch({ state: wanted, effects: cleared.effects }, moment);
}

/** Adds a new instance as the candidate. */
function launch(step: Step, moment: Moment, { isForced } = { isForced: false }): Step {
  const state = step.state!;
  const candidate: Instance = {
    id: moment.nextId,
    phase: "checking",
    requested: state.requested,
    revision: undefined,
    pid: undefined,
    namespace: undefined,
    upstream: undefined,
    readyAtMs: undefined,
  };
  return {
    state: { ...state, candidate, isIdle: false },
    effects: [...step.effects, { type: "launch", id: candidate.id, name: state.name, isForced }],
  };
}

function withoutCandidate(state: FunctionState): Step {
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

function stop(state: FunctionState): Step {
  const cleared = withoutCandidate(state);
  const { serving } = state;
  const next = {
    ...cleared.state!,
    isWanted: false,
    isIdle: false,
    backoff: undefined,
    serving: undefined,
  };
  if (serving === undefined) return { ...settle(next), effects: cleared.effects };
  return {
    state: { ...next, leaving: [...next.leaving, { ...serving, phase: "draining" }] },
    effects: [...cleared.effects, closeServing(serving, "stopped")],
  };
}

/** The check has named all files, so that later scans see this revision. */
function checked(state: FunctionState, event: Extract<Event, { type: "checked" }>): Step {
  if (state.candidate?.id !== event.id) return same(state);
  const { revision } = event;
  return same({ ...updateCandidate(state, event.id, { revision }), requested: revision });
}

function ready(
  state: FunctionState,
  event: Extract<Event, { type: "ready" }>,
  moment: Moment,
): Step {
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
      ...(event.instead === undefined ? {} : { isSnapshot: true }),
    },
  };
  const retried = event.instead?.isTransient ? retry(next, moment) : next;
  if (serving === undefined) return same(retried);
  return {
    state: { ...retried, leaving: [...state.leaving, { ...serving, phase: "draining" }] },
    effects: [closeServing(serving, "replaced")],
  };
}

function registered(
  state: FunctionState,
  event: Extract<Event, { type: "registered" }>,
  moment: Moment,
): Step {
  if (state.candidate?.id !== event.id) return same(state);
  const next: FunctionState = {
    ...state,
    candidate: undefined,
    ...failureOf(state, event),
    isIdle: state.serving === undefined,
  };
  return same(event.instead?.isTransient ? retry(next, moment) : { ...next, backoff: undefined });
}

/** Returns the failure of the newer revision, in whose place a snapshot serves. */
function failureOf(
  { requested }: FunctionState,
  { instead }: { readonly instead?: Failure },
): Pick<FunctionState, "failure" | "requested"> {
  return { failure: instead, requested: instead?.revision ?? requested };
}

/**
 * Makes a function idle. An instance stays if a candidate replaces it soon anyway, or if a newer
 * revision has failed: its own revision could not start again, unless it is a snapshot.
 */
function unused(state: FunctionState, event: Extract<Event, { type: "unused" }>): Step {
  const { serving, candidate, failure } = state;
  if (serving?.id !== event.id || candidate !== undefined) return same(state);
  if (failure !== undefined && !serving.isSnapshot) return same(state);
  return {
    state: {
      ...state,
      serving: undefined,
      isIdle: true,
      // The end of an earlier pause would start it again at once; only a newer revision is retried.
      backoff: failure?.isTransient ? state.backoff : undefined,
      leaving: [...state.leaving, { ...serving, phase: "draining" }],
    },
    effects: [closeServing(serving, "unused")],
  };
}

function failed(
  state: FunctionState,
  event: Extract<Event, { type: "failed" }>,
  moment: Moment,
): Step {
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

function exited(
  state: FunctionState,
  event: Extract<Event, { type: "exited" }>,
  moment: Moment,
): Step {
  const { serving } = state;
  if (serving?.id !== event.id) return same(state);
  const servedMs = moment.nowMs - (serving.readyAtMs ?? moment.nowMs);
  const next: FunctionState = {
    ...state,
    serving: undefined,
    leaving: [...state.leaving, { ...serving, phase: "stopping" }],
    failure: event.failure,
    restarts: state.restarts + 1,
    backoff: servedMs >= HEALTHY_MS ? undefined : state.backoff,
  };
  return {
    state: state.candidate === undefined ? pause(next, moment) : next,
    effects: [{ type: "close", id: serving.id, because: "stopped" }],
  };
}

function updateCandidate(
  state: FunctionState,
  id: number,
  change: Partial<Instance>,
): FunctionState {
  if (state.candidate?.id !== id) return state;
  return { ...state, candidate: { ...state.candidate, ...change } };
}

/** Forgets a function whose folder and instances are gone. */
function settle(state: FunctionState): Step {
  const isGone = !state.isWanted && state.leaving.length === 0;
  return { state: isGone ? undefined : state, effects: [] };
}

function same(state: FunctionState): Step {
  return { state, effects: [] };
}
