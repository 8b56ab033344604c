import assert from "node:assert/strict";
import { type Desired, reconcile } from "../../lib/supervisor/reconcile.ts";
import { type RouteDecision, routeOf } from "../../lib/supervisor/route_of.ts";
import type { FunctionState, HandStop, InstanceHang } from "../../lib/supervisor/state.ts";
import { isRetried, knownFailure, servedRevision, servesWell } from "../../lib/supervisor/retry.ts";
import type { Effect, EffectOf, Event } from "../../lib/supervisor/step.ts";
import { transition } from "../../lib/supervisor/transition.ts";
import { failure, handStop, hang } from "./function_states.ts";
import { attempt, type AttemptOptions, type Luck, type Outcome } from "./lifecycle_attempt.ts";
import { type Folder, type KnownModules, revisionOf } from "./lifecycle_folders.ts";
import { assertHeeded, assertNothingLost, assertSound } from "./lifecycle_invariants.ts";
import type { ModelAttempt, ModelInstance } from "./lifecycle_instances.ts";
import { Mailbox } from "./lifecycle_mailbox.ts";
import { beginScan } from "./lifecycle_scan.ts";
import { attemptSnapshot, snapshotFor, withSnapshot } from "./lifecycle_snapshot.ts";

const NONE = (): boolean => false;

/** A model of a supervisor and its world, without clock, disk and processes. */
export class LifecycleModel {
  readonly folders = new Map<string, Folder>();
  readonly states = new Map<string, FunctionState>();
  readonly routes = new Map<string, RouteDecision>();
  readonly attempts = new Map<number, ModelAttempt>();
  readonly instances = new Map<number, ModelInstance>();
  /** Requests that wait for a function. */
  readonly waiting = new Map<string, number>();
  /** Number of reloads of each function. */
  readonly reloads = new Map<string, number>();
  /** Records of stops by hand, which outlive the functions' states. */
  readonly handStops = new Map<string, HandStop>();
  readonly mailbox = new Mailbox();
  /** Functions with a failed start that could have succeeded. */
  readonly unlucky = new Set<string>();
  /** Delivered events, which may be delivered again. */
  readonly echoes: (readonly [name: string, event: Event])[] = [];
  /** Folders of the last revisions that served, newest first. */
  readonly snapshots = new Map<string, readonly Folder[]>();
  readonly #modules = new Map<string, KnownModules>();
  /** Ends of pauses. */
  readonly timers = new Map<string, number>();
  #endScan: ((isUnsettled: (name: string) => boolean) => Map<string, Desired>) | undefined;
  #nowMs = 0;
  #nextId = 1;

  /** Handles one event as the supervisor does, and asserts the invariants. */
  dispatch(name: string, event: Event): void {
    const before = this.states.get(name);
    const moment = { nowMs: this.#nowMs, nextId: this.#nextId, chance: 1 };
    const step = transition(before, event, moment);
    const after = step.state;
    assertHeeded(before, event, step);
    assertNothingLost(before, event, step);
    if (after !== undefined) assertSound(after);
    if (after === undefined) this.states.delete(name);
    else this.states.set(name, after);
    if (after === undefined || !after.isWanted) this.#modules.delete(name);
    const route = routeOf(after, this.#nowMs);
    this.routes.set(name, route);
    if (route.type !== "waiting") this.waiting.delete(name);
    this.#setTimer(name, after);
    for (const effect of step.effects) this.#perform(name, effect);
  }

  /** Begins a scan or ends the running one; returns the number of actions. */
  scan(isOther: (name: string) => boolean = NONE): number {
    const endScan = this.#endScan;
    if (endScan === undefined) {
      const { folders, states, handStops } = this;
      const modules = this.#modules;
      this.#endScan = beginScan({ folders, states, handStops, modules, isLate: isOther });
      return 0;
    }
    this.#endScan = undefined;
    const actions = reconcile(endScan(isOther), this.states);
    for (const action of actions) this.dispatch(action.name, action);
    return actions.length;
  }

  get isScanning(): boolean {
    return this.#endScan !== undefined;
  }

  /** Advances an attempt to its next pause. */
  advance(id: number, luck: Luck): void {
    const one = this.attempts.get(id)!;
    if (luck === "start") this.unlucky.add(one.name);
    const { done, value } = one.steps.next(luck);
    if (!done) return;
    one.isDone = true;
    this.mailbox.post(`${id}`, () => this.#finish(id, value));
  }

  /** The process of an instance exits. */
  exit(id: number): void {
    const instance = this.instances.get(id)!;
    if (instance.hasEnded) return;
    instance.hasEnded = true;
    const event: Event = { type: "exited", id, failure: failure("exit") };
    this.mailbox.post(`end of ${id}`, () => this.#deliverLater(instance.name, event));
  }

  /** An instance hangs; its watch reports that once. */
  hang(id: number, cause: InstanceHang["cause"]): void {
    const { name, hasEnded } = this.instances.get(id)!;
    if (hasEnded) return;
    const event: Event = { type: "hung", id, hang: hang(cause), wellAtMs: this.#nowMs };
    this.mailbox.post(`life of ${id}`, () => this.#deliverLater(name, event));
  }

  /** A hung instance answers again. */
  recover(id: number): void {
    const { name, hasEnded } = this.instances.get(id)!;
    if (hasEnded) return;
    this.mailbox.post(`life of ${id}`, () => this.#deliverLater(name, { type: "recovered", id }));
  }

  /** An instance has had no request for its idle time. */
  rest(id: number): void {
    const { name, hasIdlePolicy } = this.instances.get(id)!;
    if (hasIdlePolicy) {
      this.mailbox.post(`rest of ${id}`, () => this.#deliverLater(name, { type: "unused", id }));
    }
  }

  /** A request arrives, and waits if its route says so. */
  request(name: string): void {
    if (this.routes.get(name)?.type !== "waiting") return;
    this.waiting.set(name, (this.waiting.get(name) ?? 0) + 1);
    this.#deliverLater(name, { type: "wanted" });
  }

  /** The operator asks for a new instance, for example with other variables. */
  reload(name: string): void {
    this.reloads.set(name, this.#reloadsOf(name) + 1);
    this.dispatch(name, { type: "reload" });
  }

  /** The operator stops a function, if there is one. */
  stopByHand(name: string): void {
    if (this.states.get(name)?.isWanted !== true) return;
    this.handStops.set(name, handStop());
    this.dispatch(name, { type: "stop-by-hand", stop: handStop() });
  }

  startByHand(name: string): void {
    this.handStops.delete(name);
    this.dispatch(name, { type: "start-by-hand" });
  }

  tick(ms: number): void {
    this.#nowMs += ms;
    for (const [name, untilMs] of [...this.timers]) {
      if (untilMs > this.#nowMs) continue;
      this.timers.delete(name);
      this.#deliverLater(name, { type: "backoff-over" });
    }
  }

  #deliverLater(name: string, event: Event): void {
    this.echoes.push([name, event]);
    this.dispatch(name, event);
  }

  #setTimer(name: string, state: FunctionState | undefined): void {
    const isPaused = state?.candidate === undefined && isRetried(state);
    const untilMs = isPaused ? state?.backoff?.untilMs : undefined;
    if (untilMs === undefined) this.timers.delete(name);
    else this.timers.set(name, untilMs);
  }

  #perform(name: string, effect: Effect): void {
    const { id } = effect;
    if (effect.type === "launch") return this.#open(name, effect);
    const running = this.attempts.get(id);
    if (running !== undefined) running.isAborted = true;
    if (this.instances.has(id)) this.#close(id);
  }

  #reloadsOf(name: string): number {
    return this.reloads.get(name) ?? 0;
  }

  #open(name: string, { id, isForced }: EffectOf<"launch">): void {
    assert.ok(id >= this.#nextId, `the id ${id} is used again`);
    this.#nextId = id + 1;
    const post = (news: () => void): void => this.mailbox.post(`${id}`, news);
    const state = this.states.get(name)!;
    const options: AttemptOptions = {
      requested: state.requested,
      known: isForced ? undefined : knownFailure(state),
      knownModules: this.#modules.get(name),
      folder: () => this.folders.get(name),
      isAborted: () => this.attempts.get(id)!.isAborted,
      isNeeded: () => this.states.get(name)?.serving !== undefined || this.waiting.has(name),
      servedRevision: () => isForced ? undefined : servedRevision(this.states.get(name)),
      onChecked: (revision, modules) =>
        post(() => {
          if (this.states.get(name)?.candidate?.id === id) this.#modules.set(name, modules);
          this.#deliverLater(name, { type: "checked", id, revision });
        }),
      onSpawned: () =>
        post(() =>
          this.#deliverLater(name, { type: "spawned", id, pid: id, namespace: undefined })
        ),
    };
    const common = { name, reloads: this.#reloadsOf(name), isAborted: false, isDone: false };
    this.#begin(id, { ...common, options, steps: attempt(options) });
  }

  #begin(id: number, attempt: ModelAttempt): void {
    this.attempts.set(id, attempt);
    attempt.steps.next("good");
  }

  #finish(id: number, outcome: Outcome): void {
    const one = this.attempts.get(id)!;
    const { name, reloads, isAborted, options, inPlaceOf } = one;
    const isOwnFailure = outcome.type === "failed" && outcome.failure.stage !== "host";
    if (inPlaceOf === undefined && isOwnFailure && !servesWell(this.states.get(name))) {
      const source = snapshotFor(this.snapshots.get(name) ?? [], this.folders.get(name));
      if (source !== undefined) {
        const inPlaceOf = { source, failure: outcome.failure };
        const steps = attemptSnapshot(source, options);
        return this.#begin(id, { ...one, inPlaceOf, steps, isDone: false });
      }
    }
    this.attempts.delete(id);
    const folderFailure = inPlaceOf === undefined ? {} : { folderFailure: inPlaceOf.failure };
    if (outcome.type === "failed") {
      const failed = { failure: inPlaceOf?.failure ?? outcome.failure };
      const isSnapshot = inPlaceOf !== undefined && { hasSnapshotFailed: true };
      this.#deliverLater(name, { type: "failed", id, ...failed, ...isSnapshot });
    }
    if (outcome.type === "registered") {
      const { isServed } = outcome;
      const served = isServed && { isServed };
      this.#deliverLater(name, { type: "registered", id, ...folderFailure, ...served });
      // A request may have arrived since the attempt found that none waits.
      if (this.waiting.has(name)) this.#deliverLater(name, { type: "wanted" });
    }
    if (outcome.type === "ready") {
      const { hasIdlePolicy } = outcome;
      this.instances.set(id, { name, reloads, hasIdlePolicy, hasEnded: false, isClosing: false });
      if (isAborted) return this.#close(id);
      if (inPlaceOf !== undefined) {
        const revision = revisionOf(inPlaceOf.source, { isComplete: true });
        this.#deliverLater(name, { type: "checked", id, revision });
      }
      const upstream = `10.0.0.${id}:8000`;
      this.#deliverLater(name, { type: "ready", id, upstream, ...folderFailure });
      if (inPlaceOf === undefined) this.#keep(name);
      return;
    }
    this.#deliverLater(name, { type: "closed", id });
  }

  /** Keeps the folder of the revision that serves, if it is still there. */
  #keep(name: string): void {
    const folder = this.folders.get(name);
    const served = this.states.get(name)?.serving?.revision;
    if (folder === undefined || revisionOf(folder, { isComplete: true }) !== served) return;
    this.snapshots.set(name, withSnapshot(this.snapshots.get(name) ?? [], folder));
  }

  #close(id: number): void {
    const instance = this.instances.get(id)!;
    assert.ok(!instance.isClosing, `instance ${id} is closed twice`);
    instance.isClosing = true;
    this.exit(id);
    this.mailbox.post(`${id}`, () => {
      this.instances.delete(id);
      this.#deliverLater(instance.name, { type: "closed", id });
    });
  }
}
