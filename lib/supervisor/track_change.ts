import { type Change, type ChangeResult, reasonLine } from "../history/change.ts";
import type { Origin } from "../history/origin.ts";
import type { Failure, FunctionState } from "./state.ts";
import type { Event } from "./step.ts";

/** A change whose result is not final yet. */
export interface OpenChange {
  readonly origin: Origin;
  readonly id: string;
  readonly atMs: number;
  /** Begin by the clock of {@linkcode ChangeMoment.nowMs}. */
  readonly begunMs: number;
  /** Instance that it launched last. */
  readonly instanceId: number | undefined;
  /** Result so far: an attempt has failed, and another one may succeed. */
  readonly result: Change | undefined;
  /** The supervisor sees the function for the first time: the code may be known already. */
  readonly isFirst: boolean;
}

/** An event of a function and its result. */
export interface TrackedStep {
  readonly before: FunctionState | undefined;
  readonly after: FunctionState | undefined;
  readonly event: Event;
  /** Origin of the change that the event begins, if it begins one. */
  readonly origin: Origin;
  readonly isFirst: boolean;
}

/** Clocks and chance, as input that keeps {@linkcode trackChange} pure. */
export interface ChangeMoment {
  /** Time since 1970, in milliseconds. */
  readonly atMs: number;
  /** Time by a monotonic clock, in milliseconds. */
  readonly nowMs: number;
  /** Id of a new change. */
  readonly id: string;
}

/** Open change after an event, and changes to record. */
export interface TrackedChange {
  readonly open: OpenChange | undefined;
  readonly ended: readonly EndedChange[];
}

/** A change to record. */
export interface EndedChange {
  readonly change: Change;
  readonly isFirst: boolean;
}

/**
 * Follows the changes of one function by the events of its state. A change begins with new code, a
 * reload, a stop or a start by hand, and ends with the outcome of its launch; after a failure, it
 * stays open for the outcome of a retry. Restarts without a change, and starts of an idle function,
 * are none.
 */
export function trackChange(
  open: OpenChange | undefined,
  step: TrackedStep,
  moment: ChangeMoment,
): TrackedChange {
  const { before, after, event, isFirst } = step;
  switch (event.type) {
    case "start":
    case "replace":
    case "reload":
    case "start-by-hand": {
      const launched = after?.candidate;
      if (launched !== undefined && launched.id !== before?.candidate?.id) {
        const begun = begin(step, moment);
        const next = { ...begun, instanceId: launched.id };
        return { open: next, ended: replaced(open, step, moment) };
      }
      const isNewCode = event.type === "start" || event.type === "replace";
      if (!isNewCode || after?.stoppedByHand === undefined || isFirst) return { open, ended: [] };
      const { origin } = step;
      const revision = origin.revision ?? event.desired.revision;
      return once(open, { step, moment, revision, result: "stopped" });
    }
    case "stop-by-hand": {
      if (before?.stoppedByHand !== undefined || after?.stoppedByHand === undefined) {
        return { open, ended: [] };
      }
      return once(open, { step, moment, revision: servedBy(before), result: "stopped" });
    }
    case "stop":
      if (!before?.isWanted) return { open, ended: [] };
      return once(open, { step, moment, revision: servedBy(before), result: "removed" });
    case "backoff-over":
    case "wanted":
    case "hung": {
      const launched = after?.candidate;
      const isRetry = launched !== undefined && launched.id !== before?.candidate?.id;
      return { open: open && isRetry ? { ...open, instanceId: launched.id } : open, ended: [] };
    }
    case "ready":
    case "registered": {
      if (open === undefined || event.id !== open.instanceId) return { open, ended: [] };
      const { folderFailure } = event;
      if (folderFailure !== undefined) {
        // The candidate has the revision of the snapshot that stands in for the folder.
        const { revision } = folderFailure;
        return failed(open, folderFailure, { revision, moment });
      }
      const isIdle = event.type === "registered" && after?.serving === undefined;
      const revision = before?.candidate?.revision ?? before?.requested;
      return finish(open, { result: isIdle ? "idle" : "ready", revision, moment });
    }
    case "failed": {
      if (open === undefined || event.id !== open.instanceId) return { open, ended: [] };
      const revision = before?.candidate?.revision ?? event.failure.revision;
      return failed(open, event.failure, { revision, moment });
    }
    default:
      return { open, ended: [] };
  }
}

/** Returns the change of an open one, as it is recorded if nothing more is known. */
export function unfinished(
  { origin: { revision: _, ...origin }, id, atMs, begunMs, result }: OpenChange,
  { nowMs, result: now }: { readonly nowMs: number; readonly result: ChangeResult },
): Change {
  return result ?? { ...origin, id, atMs, result: now, durationMs: Math.round(nowMs - begunMs) };
}

function begin({ origin, isFirst }: TrackedStep, { atMs, nowMs, id }: ChangeMoment): OpenChange {
  return { origin, id, atMs, begunMs: nowMs, instanceId: undefined, result: undefined, isFirst };
}

/** An open change whose outcome nobody will know; one with a failed attempt has its result. */
function replaced(
  open: OpenChange | undefined,
  { before }: TrackedStep,
  { nowMs }: ChangeMoment,
): readonly EndedChange[] {
  if (open === undefined || open.result !== undefined) return [];
  const revision = before?.candidate?.revision ?? before?.candidate?.requested;
  const change = { ...unfinished(open, { nowMs, result: "replaced" }), revision };
  return [{ change, isFirst: open.isFirst }];
}

/** A change that has its result at once. */
function once(
  open: OpenChange | undefined,
  { step, moment, revision, result }: {
    readonly step: TrackedStep;
    readonly moment: ChangeMoment;
    readonly revision: string | undefined;
    readonly result: ChangeResult;
  },
): TrackedChange {
  const { id, atMs } = moment;
  const { revision: _, ...origin } = step.origin;
  const change = { ...origin, id, atMs, revision, result, durationMs: 0 };
  return { open: undefined, ended: [...replaced(open, step, moment), { change, isFirst: false }] };
}

function finish(
  open: OpenChange,
  { result, revision, moment: { nowMs } }: {
    readonly result: ChangeResult;
    readonly revision: string | undefined;
    readonly moment: ChangeMoment;
  },
): TrackedChange {
  const { isFirst } = open;
  const bare = unfinished({ ...open, result: undefined }, { nowMs, result });
  return { open: undefined, ended: [{ change: { ...bare, revision }, isFirst }] };
}

function failed(
  open: OpenChange,
  { stage, reason, detail, isTransient }: Failure,
  { revision, moment: { nowMs } }: { readonly revision: string; readonly moment: ChangeMoment },
): TrackedChange {
  // A check found errors: the first one says more than that.
  const isFound = (stage === "check" || stage === "manifest") && !isTransient;
  const first = isFound ? reasonLine(detail) : "";
  const change: Change = {
    ...unfinished({ ...open, result: undefined }, { nowMs, result: "failed" }),
    revision,
    stage,
    reason: reasonLine(first === "" || reason.includes(first) ? reason : `${reason}: ${first}`),
  };
  const said = open.result;
  const isSame = said?.stage === change.stage && said?.reason === change.reason;
  const { isFirst } = open;
  return {
    open: { ...open, instanceId: undefined, result: isSame ? said : change },
    ended: isSame ? [] : [{ change, isFirst }],
  };
}

/** Revision that a function served or was to serve. */
function servedBy(state: FunctionState | undefined): string | undefined {
  return state?.serving?.revision ?? state?.requested;
}
