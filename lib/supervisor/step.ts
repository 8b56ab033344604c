import type { Action } from "./reconcile.ts";
import type { Failure, FunctionState, HandStop, InstanceHang } from "./state.ts";

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
    readonly folderFailure?: Failure;
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
  | {
    readonly type: "registered";
    readonly id: number;
    readonly folderFailure?: Failure;
    /** It was not started because its revision serves; otherwise it may stay idle. */
    readonly isServed?: true;
  }
  /** A ready instance has had no request for its idle time. */
  | { readonly type: "unused"; readonly id: number }
  /** A request arrived while the function does not serve. */
  | { readonly type: "wanted" }
  | { readonly type: "backoff-over" }
  /** Start a new instance of the same revision. */
  | { readonly type: "reload" }
  /** The operator stops the function, or gives a stopped one another page. */
  | { readonly type: "stop-by-hand"; readonly stop: HandStop }
  /** The operator starts the function again. */
  | { readonly type: "start-by-hand" };

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
   * Closes an instance. One that is replaced, unused or stopped by hand may finish its in-flight
   * requests; a stopped one has less time, and one with a blocked event loop has none.
   */
  | {
    readonly type: "close";
    readonly id: number;
    readonly because: "replaced" | "unused" | "stopped" | "stopped-by-hand" | "hung";
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

/** Events of one type. */
export type EventOf<Type extends Event["type"]> = Extract<Event, { type: Type }>;

/** Effects of one type. */
export type EffectOf<Type extends Effect["type"]> = Extract<Effect, { type: Type }>;

/** A step without effects. */
export function same(state: FunctionState): Step {
  return { state, effects: [] };
}
