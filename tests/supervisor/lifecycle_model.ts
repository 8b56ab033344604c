import assert from "node:assert/strict";
import { type Desired, reconcile } from "../../lib/supervisor/reconcile.ts";
import { type RouteDecision, routeOf } from "../../lib/supervisor/route_of.ts";
import type { FunctionState, InstanceHang } from "../../lib/supervisor/state.ts";
import { isRetried } from "../../lib/supervisor/retry.ts";
import { type Effect, type Event, transition } from "../../lib/supervisor/transition.ts";
import { failure, hang } from "./function_states.ts";
import { attempt, type Luck, type Outcome } from "./lifecycle_attempt.ts";
import type { Folder, KnownModules } from "./lifecycle_folders.ts";
import { assertHeeded, assertNothingLost, assertSound } from "./lifecycle_invariants.ts";
import { Mailbox } from "./lifecycle_mailbox.ts";
import { beginScan } from "./lifecycle_scan.ts";

/** An attempt to open an instance, until its outcome is told. */
export interface ModelAttempt {
  readonly name: string;
  readonly steps: Generator<void, Outcome, Luck>;
  isAborted: boolean;
  isDone: boolean;
}

/** An instance that has been ready, until it is closed. */
export interface ModelInstance {
  readonly name: string;
  readonly hasIdlePolicy: boolean;
  hasEnded: boolean;
  isClosing: boolean;
}

const NONE = (): boolean => false;

/** A supervisor and its world without clock, disk and processes: whoever holds it moves it on. */
export class LifecycleModel {
  readonly folders = new Map<string, Folder>();
  readonly states = new Map<string, FunctionState>();
  readonly routes = new Map<string, RouteDecision>();
  readonly attempts = new Map<number, ModelAttempt>();
  readonly instances = new Map<number, ModelInstance>();
  /** Requests that wait for a function. */
  readonly waiting = new Map<string, number>();
  readonly mailbox = new Mailbox();
  /** Functions of which a start has failed that might as well have gone well. */
  readonly unlucky = new Set<string>();
  /** What was told and may be told again. */
  readonly echoes: (readonly [name: string, event: Event])[] = [];
  readonly #modules = new Map<string, KnownModules>();
  /** When pauses end. */
  readonly timers = new Map<string, number>();
  #endScan: ((isUnsettled: (name: string) => boolean) => Map<string, Desired>) | undefined;
  #nowMs = 0;
  #nextId = 1;

  /** Takes one event as the supervisor does it, and looks at what it came to. */
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

  /** Begins a scan, or ends the one that is under way; gives how much there was to do. */
  scan(isOther: (name: string) => boolean = NONE): number {
    const endScan = this.#endScan;
    if (endScan === undefined) {
      const { folders, states } = this;
      this.#endScan = beginScan({ folders, states, modules: this.#modules, isLate: isOther });
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

  /** Moves an attempt on to where it waits again. */
  advance(id: number, luck: Luck): void {
    const one = this.attempts.get(id)!;
    if (luck === "start") this.unlucky.add(one.name);
    const { done, value } = one.steps.next(luck);
    if (!done) return;
    one.isDone = true;
    this.mailbox.post(`${id}`, () => this.#finish(id, value));
  }

  /** The process of an instance ends. */
  exit(id: number): void {
    const instance = this.instances.get(id)!;
    if (instance.hasEnded) return;
    instance.hasEnded = true;
    const event: Event = { type: "exited", id, failure: failure("exit") };
    this.mailbox.post(`end of ${id}`, () => this.#tell(instance.name, event));
  }

  /** An instance no longer answers; whoever watches it says so once. */
  hang(id: number, cause: InstanceHang["cause"]): void {
    const { name, hasEnded } = this.instances.get(id)!;
    if (hasEnded) return;
    const event: Event = { type: "hung", id, hang: hang(cause), wellAtMs: this.#nowMs };
    this.mailbox.post(`life of ${id}`, () => this.#tell(name, event));
  }

  /** An instance that had hung answers again. */
  recover(id: number): void {
    const { name, hasEnded } = this.instances.get(id)!;
    if (hasEnded) return;
    this.mailbox.post(`life of ${id}`, () => this.#tell(name, { type: "recovered", id }));
  }

  /** An instance had no request for long. */
  rest(id: number): void {
    const { name, hasIdlePolicy } = this.instances.get(id)!;
    if (hasIdlePolicy) {
      this.mailbox.post(`rest of ${id}`, () => this.#tell(name, { type: "unused", id }));
    }
  }

  /** A request comes, and waits where its route says so. */
  request(name: string): void {
    if (this.routes.get(name)?.type !== "waiting") return;
    this.waiting.set(name, (this.waiting.get(name) ?? 0) + 1);
    this.#tell(name, { type: "wanted" });
  }

  tick(ms: number): void {
    this.#nowMs += ms;
    for (const [name, untilMs] of [...this.timers]) {
      if (untilMs > this.#nowMs) continue;
      this.timers.delete(name);
      this.#tell(name, { type: "backoff-over" });
    }
  }

  #tell(name: string, event: Event): void {
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
    if (effect.type === "launch") return this.#open(name, id);
    const running = this.attempts.get(id);
    if (running !== undefined) running.isAborted = true;
    if (this.instances.has(id)) this.#close(id);
  }

  #open(name: string, id: number): void {
    assert.ok(id >= this.#nextId, `the id ${id} is used again`);
    this.#nextId = id + 1;
    const post = (news: () => void): void => this.mailbox.post(`${id}`, news);
    const steps = attempt({
      requested: this.states.get(name)!.requested,
      knownModules: this.#modules.get(name),
      folder: () => this.folders.get(name),
      isAborted: () => this.attempts.get(id)!.isAborted,
      isNeeded: () => this.states.get(name)?.serving !== undefined || this.waiting.has(name),
      onChecked: (revision, modules) =>
        post(() => {
          if (this.states.get(name)?.candidate?.id === id) this.#modules.set(name, modules);
          this.#tell(name, { type: "checked", id, revision });
        }),
      onSpawned: () =>
        post(() => this.#tell(name, { type: "spawned", id, pid: id, namespace: undefined })),
    });
    this.attempts.set(id, { name, steps, isAborted: false, isDone: false });
    steps.next("good");
  }

  #finish(id: number, outcome: Outcome): void {
    const { name, isAborted } = this.attempts.get(id)!;
    this.attempts.delete(id);
    if (outcome.type === "failed") {
      const { stage, revision, isTransient } = outcome;
      this.#tell(name, { type: "failed", id, failure: failure(stage, { revision, isTransient }) });
    }
    if (outcome.type === "registered") {
      this.#tell(name, { type: "registered", id });
      // Somebody may have come since it was found that nobody waits.
      if (this.waiting.has(name)) this.#tell(name, { type: "wanted" });
    }
    if (outcome.type === "ready") {
      const { hasIdlePolicy } = outcome;
      this.instances.set(id, { name, hasIdlePolicy, hasEnded: false, isClosing: false });
      if (isAborted) this.#close(id);
      else this.#tell(name, { type: "ready", id, upstream: `10.0.0.${id}:8000` });
      return;
    }
    this.#tell(name, { type: "closed", id });
  }

  #close(id: number): void {
    const instance = this.instances.get(id)!;
    assert.ok(!instance.isClosing, `instance ${id} is closed twice`);
    instance.isClosing = true;
    this.exit(id);
    this.mailbox.post(`${id}`, () => {
      this.instances.delete(id);
      this.#tell(instance.name, { type: "closed", id });
    });
  }
}
