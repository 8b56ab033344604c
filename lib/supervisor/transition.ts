import { startByHand, stopByHand } from "./hand_transition.ts";
import { closeServing, hung, recovered } from "./hang_transition.ts";
import { failed, ready, registered } from "./outcome_transition.ts";
import { isRetried, isStartedByRequest, pause } from "./retry.ts";
import type { FunctionState, Instance } from "./state.ts";
import { type Event, type EventOf, type Moment, same, type Step } from "./step.ts";
import { withoutCandidate } from "./without_candidate.ts";

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
      return state.isWanted && state.stoppedByHand === undefined
        ? launch(withoutCandidate(outdated(state)), moment, { isForced: true })
        : same(state);
    case "stop-by-hand":
      return stopByHand(state, event);
    case "start-by-hand": {
      const next = startByHand(state);
      return next === state ? same(state) : launch(same(next), moment, { isForced: true });
    }
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
  { name, desired }: EventOf<"start" | "replace">,
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
    stoppedByHand: undefined,
    restarts: 0,
  };
  const stop = base.stoppedByHand ?? desired.stoppedByHand;
  const wanted: FunctionState = {
    ...base,
    directory: desired.directory,
    isWanted: true,
    requested: desired.revision,
    backoff: undefined,
  };
  return stop === undefined
    ? launch(withoutCandidate(wanted), moment)
    : stopByHand(wanted, { type: "stop-by-hand", stop });
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

function outdated(state: FunctionState): FunctionState {
  const { serving } = state;
  return serving === undefined ? state : { ...state, serving: { ...serving, isOutdated: true } };
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
    stoppedByHand: undefined,
  };
  if (serving === undefined) return { ...settle(next), effects: cleared.effects };
  return {
    state: { ...next, leaving: [...next.leaving, { ...serving, phase: "draining" }] },
    effects: [...cleared.effects, closeServing(serving, "stopped")],
  };
}

/** The check has named all files, so that later scans see this revision. */
function checked(state: FunctionState, event: EventOf<"checked">): Step {
  if (state.candidate?.id !== event.id) return same(state);
  const { revision } = event;
  return same({ ...updateCandidate(state, event.id, { revision }), requested: revision });
}

/**
 * Makes a function idle. An instance stays if a candidate replaces it soon anyway, or if a newer
 * revision has failed: its own revision could not start again, unless it is a snapshot.
 */
function unused(state: FunctionState, event: EventOf<"unused">): Step {
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

function exited(state: FunctionState, event: EventOf<"exited">, moment: Moment): Step {
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
