import { type Modules, NO_MODULES } from "../function/revision.ts";
import type { Scan } from "../function/scanner.ts";
import type { OutputLine } from "../process/lines.ts";
import type { StreamName } from "../process/spawn.ts";
import type { Route, RouteTable } from "../proxy/route_table.ts";
import type { Traffic } from "../proxy/traffic.ts";
import { createTaskSet } from "../system/task_set.ts";
import { createBackoffTimers } from "./backoff_timers.ts";
import { desiredOf } from "./desired.ts";
import { createKeeper } from "./keep_revisions.ts";
import { createInstances } from "./instances.ts";
import type { OpenInstance, StartingInstance } from "./open_instance.ts";
import { relocatedFunctions } from "./relocated.ts";
import { findNewerCode, type NewerCode, newerRevision } from "./newer_code.ts";
import { reconcile } from "./reconcile.ts";
import { hasPolicy } from "./has_policy.ts";
import { rollBack } from "./rollback.ts";
import { routeOf } from "./route_of.ts";
import { runScans } from "./scan_loop.ts";
import type { FunctionState, Refreshed } from "./state.ts";
import { type Effect, type Event, type Step, transition } from "./transition.ts";
import { createVariableStamps } from "./variable_stamps.ts";
import type { SupervisorContext } from "./supervisor_context.ts";

/** What a supervisor works with, and whom it tells. */
export interface SupervisorOptions {
  readonly context: SupervisorContext;
  readonly routes: RouteTable;
  /** A function's state changed; `after` is missing when nothing is left of it. */
  readonly onChange: (before: FunctionState | undefined, after: FunctionState | undefined) => void;
  /** A directory that is not served, when it is first seen, and when the reason is another one. */
  readonly onIgnored: (name: string, reason: string) => void;
  readonly onLine: (name: string, stream: StreamName, line: OutputLine) => void;
  /** Told of each event and what it leads to, where somebody wants to know. */
  readonly onStep?: ((name: string, event: Event, step: Step) => void) | undefined;
  readonly onWarning: (message: string) => void;
}

/** Keeps the functions as the folders have them. One place owns all state. */
export interface Supervisor {
  /** All functions, by name. */
  readonly functions: ReadonlyMap<string, FunctionState>;
  /**
   * Directories that are not served, with the reason; and functions whose folders are too large, of
   * which nothing new is taken up.
   */
  readonly ignored: ReadonlyMap<string, string>;
  /** Functions whose files were not at rest when they were last looked at. */
  readonly unsettled: ReadonlySet<string>;
  /** The newer revision of a function that serves, which waits for a reload where nobody watches. */
  readonly newerRevision: (name: string) => string | undefined;
  /** An instance, while it is ready. */
  readonly instanceOf: (instanceId: number) => OpenInstance | undefined;
  /** An instance, while it has a process and is not ready. */
  readonly startingOf: (instanceId: number) => StartingInstance | undefined;
  /** What passed between clients and a function. */
  readonly trafficOf: (name: string) => Readonly<Traffic> | undefined;
  /** Requests that wait for a function to be ready. */
  readonly waitingFor: (name: string) => number;
  /** Whether the folders have been looked at. */
  readonly hasScanned: boolean;
  /** Looks at the folders now; takes up what is new of that function, also where nobody watches. */
  readonly scan: (take?: string) => Promise<void>;
  /** Starts a function's source anew; `false` when there is no such function. */
  readonly reload: (name: string) => boolean;
  /**
   * Starts a function anew if its last attempt had other variables than are set for it now; what
   * failed for want of one is tried at once.
   */
  readonly refresh: (name: string) => Refreshed;
  /** The same after a change was taken back, by what serves: an attempt between does not count. */
  readonly refreshServing: (name: string) => Refreshed;
  /** Replaces the instances whose policy is another one by now, and tries what it had forbidden. */
  readonly reconfigure: () => Promise<void>;
  /** Revisions that can be put back, newest first. */
  readonly kept: (name: string) => readonly string[];
  /**
   * Puts an earlier folder of a function back, and gives the revision that it served as.
   *
   * @throws {RollbackError} when it can't be, see `rollBack`
   */
  readonly rollBack: (name: string, to?: string) => Promise<string>;
  /** Resolves at the next change of any function. */
  readonly changed: () => Promise<void>;
  /** Stops everything; with the signal, without waiting for anybody. */
  readonly stop: (force: AbortSignal) => Promise<void>;
}

/** Starts a supervisor: scans, and acts on what it finds. */
export function startSupervisor(options: SupervisorOptions): Supervisor {
  const { context, routes } = options;
  const { settings } = context;
  const states = new Map<string, FunctionState>();
  const modules = new Map<string, Modules>();
  const asked = new Set<string>();
  const places = new Map<string, string>();
  const stamps = createVariableStamps(context.variables);
  const timers = createBackoffTimers((name) => dispatch(name, { type: "backoff-over" }));
  const tasks = createTaskSet((error) =>
    options.onWarning(`A fault of ddsrv's own: ${(error as Error).stack}`)
  );
  const stopping = new AbortController();
  const force = new AbortController();
  let ignored: ReadonlyMap<string, string> = new Map();
  let unsettled: ReadonlySet<string> = new Set();
  let newer: ReadonlyMap<string, NewerCode> = new Map();
  let changed = Promise.withResolvers<void>();
  let hasScanned = false;
  let nextId = 1;
  const modulesOf = (name: string): Modules => modules.get(name) ?? NO_MODULES;
  const keep = createKeeper({
    context,
    modulesOf,
    isServed: (name, revision) =>
      !stopping.signal.aborted && states.get(name)?.serving?.revision === revision,
    onWarning: options.onWarning,
  });

  const instances = createInstances({
    ...options,
    states,
    modules,
    dispatch,
    force: force.signal,
  });

  /** Takes one event to its end before the next: state never changes under anybody's hands. */
  function dispatch(name: string, event: Event): void {
    const before = states.get(name);
    const nowMs = performance.now();
    const step = transition(before, event, { nowMs, nextId, chance: Math.random() });
    const after = step.state;
    options.onStep?.(name, event, step);
    if (after === undefined) states.delete(name);
    else states.set(name, after);
    if (after === undefined || !after.isWanted) modules.delete(name);
    if (event.type === "closed") stamps.closed(event.id);
    if (after === undefined) stamps.forget(name);
    setRoute(name, after, nowMs);
    timers.set(name, after);
    for (const effect of step.effects) perform(name, effect);
    const { revision, isKept } = after?.serving ?? {};
    if (event.type === "ready" && revision !== undefined && !isKept) {
      tasks.track(keep(name, revision));
    }
    announce();
    if (after !== before) options.onChange(before, after);
  }

  /** Tells whoever waits for something to change. */
  function announce(): void {
    changed.resolve();
    changed = Promise.withResolvers();
  }

  function setRoute(name: string, state: FunctionState | undefined, nowMs: number): void {
    const decision = routeOf(state, nowMs);
    switch (decision.type) {
      case "none":
        return routes.delete(name);
      case "instance": {
        const { upstream, keepPrefix, policy } = instances.of(decision.id)!;
        const { rateLimit } = policy;
        const route: Route = { type: "ready", upstream, keepPrefix, rateLimit };
        return routes.set(name, route);
      }
      default:
        return routes.set(name, decision);
    }
  }

  function perform(name: string, effect: Effect): void {
    switch (effect.type) {
      case "launch":
        nextId = Math.max(nextId, effect.id + 1);
        stamps.opened(name, effect.id);
        return tasks.track(instances.launch(name, effect));
      case "close":
        return tasks.track(instances.close(name, effect));
      default:
        return effect satisfies never;
    }
  }

  function apply(
    scan: Scan,
    { modules: before, asked: answered }: {
      readonly modules: ReadonlyMap<string, Modules>;
      readonly asked: ReadonlySet<string>;
    },
  ): void {
    if (stopping.signal.aborted) return;
    const passedOver = new Map([...scan.ignored, ...scan.refused]);
    for (const [name, reason] of passedOver) {
      if (ignored.get(name) !== reason) options.onIgnored(name, reason);
    }
    hasScanned = true;
    ignored = passedOver;
    const hasArrived = [...unsettled].some((name) => !scan.unsettled.has(name));
    unsettled = scan.unsettled;
    const isStale = (name: string): boolean => before.get(name) !== modules.get(name);
    const { watch: isWatching } = context.settings;
    const desired = desiredOf(scan, { states, isStale, isWatching, asked });
    newer = findNewerCode(scan, { states, isStale, isWatching, asked });
    const actions = reconcile(desired, states);
    for (const action of actions) dispatch(action.name, action);
    if (isWatching) reloadMoved(scan, new Set(actions.map(({ name }) => name)));
    for (const name of answered) if (!unsettled.has(name)) asked.delete(name);
    if (hasArrived) announce();
    const isPresent = (name: string): boolean =>
      states.has(name) || unsettled.has(name) || ignored.has(name);
    tasks.track(context.cacheSweeper.sweep(isPresent, performance.now()));
  }

  /** Starts anew what runs from where its folder was, but for those that are starting just now. */
  function reloadMoved(scan: Scan, started: ReadonlySet<string>): void {
    for (const name of relocatedFunctions(scan, { places, states })) {
      if (!started.has(name)) dispatch(name, { type: "reload" });
    }
    for (const { name, place } of scan.functions.values()) {
      if (!scan.unsettled.has(name)) places.set(name, place);
    }
    for (const name of places.keys()) if (!states.has(name)) places.delete(name);
  }

  function reload(name: string): boolean {
    if (states.get(name)?.isWanted !== true) return false;
    dispatch(name, { type: "reload" });
    return true;
  }

  function refresh(name: string, isCurrent: (state: FunctionState) => boolean): Refreshed {
    const state = states.get(name);
    if (state?.isWanted !== true) return "absent";
    if (isCurrent(state)) return "current";
    return reload(name) ? "reloaded" : "absent";
  }

  let atScan = { modules: new Map(modules), asked: new Set(asked) };
  const scans = runScans({
    functionsDirectory: settings.functionsDirectory,
    settleMs: settings.settleMs,
    rescanMs: settings.rescanMs,
    maxFiles: settings.maxFiles,
    modulesOf: (name) => modules.get(name),
    onBegin: () => atScan = { modules: new Map(modules), asked: new Set(asked) },
    onScan: (scan) => apply(scan, atScan),
    onWarning: options.onWarning,
    signal: stopping.signal,
  });

  routes.onWanted = (name) => dispatch(name, { type: "wanted" });

  return {
    functions: states,
    get ignored() {
      return ignored;
    },
    get unsettled() {
      return unsettled;
    },
    get hasScanned() {
      return hasScanned;
    },
    newerRevision(name) {
      const state = states.get(name);
      return state && newerRevision(state, newer.get(name));
    },
    instanceOf: instances.of,
    startingOf: instances.startingOf,
    trafficOf: (name) => routes.trafficOf(name),
    waitingFor: (name) => routes.waitingFor(name),
    scan(take) {
      if (take !== undefined) asked.add(take);
      return scans.scan();
    },
    reload,
    refresh: (name) => refresh(name, () => stamps.isTried(name)),
    refreshServing: (name) =>
      refresh(name, ({ serving }) => serving === undefined || stamps.isCurrent(name, serving.id)),
    async reconfigure() {
      for (const [name, state] of [...states]) {
        const serving = state.serving && instances.of(state.serving.id);
        const isConcerned = serving === undefined
          ? state.isIdle || state.failure?.stage === "manifest"
          : !await hasPolicy(context, { ...state, policy: serving.policy });
        if (isConcerned && states.get(name)?.isWanted) dispatch(name, { type: "reload" });
      }
    },
    kept: (name) => context.snapshots.list(name).map((one) => one.revision),
    async rollBack(name, to) {
      const revision = await rollBack(context, { name, to, modules: modulesOf(name) });
      asked.add(name);
      await scans.scan();
      return revision;
    },
    changed: () => changed.promise,
    async stop(signal) {
      const rush = (): void => force.abort();
      signal.addEventListener("abort", rush, { once: true });
      if (signal.aborted) rush();
      stopping.abort();
      for (const name of [...states.keys()]) dispatch(name, { type: "stop", name });
      await scans.ended;
      await tasks.ended();
      signal.removeEventListener("abort", rush);
    },
  };
}
