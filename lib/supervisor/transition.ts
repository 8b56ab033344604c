import type { Action } from "./reconcile.ts";
import { drop, hangs, recovered } from "./hang_transition.ts";
import { isRetried, isStartedByRequest, pause, retry, servesWell } from "./retry.ts";
import type { Failure, FunctionState, Instance, InstanceHang } from "./state.ts";

/** Something that happened to a function. */
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
    /** What is wrong with the folder's revision: a kept one is ready in its place. */
    readonly instead?: Failure;
  }
  /** It came to nothing before it was ready; all of it is gone again. */
  | {
    readonly type: "failed";
    readonly id: number;
    readonly failure: Failure;
    /** The last good revision did not start either, which is tried again. */
    readonly hasSnapshotFailed?: boolean;
  }
  /** Its process ended by itself after it had been ready. */
  | { readonly type: "exited"; readonly id: number; readonly failure: Failure }
  /** It is ready and does not answer as it should; when it was last known to be well. */
  | {
    readonly type: "hung";
    readonly id: number;
    readonly hang: InstanceHang;
    /** By the clock of {@linkcode Moment.nowMs}. */
    readonly wellAtMs: number;
  }
  /** It had hung, and answers again. */
  | { readonly type: "recovered"; readonly id: number }
  /** An instance that was told to close is gone. */
  | { readonly type: "closed"; readonly id: number }
  /** It is good, and there is nothing to start: it serves already, or nobody needs it. */
  | { readonly type: "registered"; readonly id: number; readonly instead?: Failure }
  /** A ready instance has had no request for as long as its policy says. */
  | { readonly type: "unused"; readonly id: number }
  /** A request asks for it, and it does not serve. */
  | { readonly type: "wanted" }
  | { readonly type: "backoff-over" }
  /** Start the same revision anew. */
  | { readonly type: "reload" };

/** Something to be done outside; it comes back as events. */
export type Effect =
  | {
    readonly type: "launch";
    readonly id: number;
    readonly name: string;
    /** Also when what serves is of the same revision. */
    readonly isForced: boolean;
  }
  /**
   * One that goes while its function stays may finish its requests; a stopped one has less time, and
   * one whose event loop is held has none.
   */
  | {
    readonly type: "close";
    readonly id: number;
    readonly because: "replaced" | "unused" | "stopped" | "hung";
  };

/** What comes in from outside, so that a transition decides nothing by itself. */
export interface Moment {
  /** By a clock that never steps: durations are counted from it, and no date is told. */
  readonly nowMs: number;
  /** The id that the next instance gets. */
  readonly nextId: number;
  /** From 0 to 1. */
  readonly chance: number;
}

/** The next state and what is to be done; no state when nothing is left of the function. */
export interface Step {
  readonly state: FunctionState | undefined;
  readonly effects: readonly Effect[];
}

/** After this long in service, failed starts before it no longer count. */
const HEALTHY_MS = 60_000;

/** What an event makes of a function. Events of instances that are long gone change nothing. */
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
      // What hangs is of the same revision: without force, it would be taken for what is wanted.
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
      const next = hangs(state, event);
      if (next === state || next.candidate !== undefined) return same(next);
      // The first time at once; one that hangs again waits as one that ends again.
      const isFirst = next.backoff === undefined;
      const paused = pause(next, moment);
      return isFirst ? launch(same(paused), moment, { isForced: true }) : same(paused);
    }
    case "recovered":
      return same(recovered(state, event));
    case "closed":
      return settle({ ...state, leaving: state.leaving.filter((one) => one.id !== event.id) });
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
    effects: [...cleared.effects, drop(serving, "stopped")],
  };
}

/** The check has named all files, so that from now on scans see this revision. */
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
  const retried = event.instead?.isPassing ? retry(next, moment) : next;
  if (serving === undefined) return same(retried);
  return {
    state: { ...retried, leaving: [...state.leaving, { ...serving, phase: "draining" }] },
    effects: [drop(serving, "replaced")],
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
  return same(event.instead?.isPassing ? retry(next, moment) : { ...next, backoff: undefined });
}

/** What is still to be said when all is well but for a newer revision, which a kept one stands for. */
function failureOf(
  { requested }: FunctionState,
  { instead }: { readonly instead?: Failure },
): Pick<FunctionState, "failure" | "requested"> {
  return { failure: instead, requested: instead?.revision ?? requested };
}

/**
 * With a newer revision on its way, the instance is replaced soon anyway. Where that one has failed,
 * the instance is all that answers, and it may not be had again, unless it is a kept one.
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
      // It has served; the end of a pause before that would start it again at once. A newer revision
      // is tried again.
      backoff: failure?.isPassing ? state.backoff : undefined,
      leaving: [...state.leaving, { ...serving, phase: "draining" }],
    },
    effects: [drop(serving, "unused")],
  };
}

function failed(
  state: FunctionState,
  event: Extract<Event, { type: "failed" }>,
  moment: Moment,
): Step {
  if (state.candidate?.id !== event.id) return same(state);
  const { failure } = event;
  // A fault of the host's knows only of the revision that was asked for, which a check may have
  // named anew since: to go back to that would look like new code.
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
  // Against a manifest or a check that says no, only new code helps. A process that ends before it
  // listens may do better next time, but while an older revision serves, only the author can tell.
  const isRetried = failure.isPassing || event.hasSnapshotFailed === true || (isStart && !isServed);
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

/** Forgets a function whose folder and instances are all gone. */
function settle(state: FunctionState): Step {
  const isGone = !state.isWanted && state.leaving.length === 0;
  return { state: isGone ? undefined : state, effects: [] };
}

function same(state: FunctionState): Step {
  return { state, effects: [] };
}
