import { type Modules, NO_MODULES } from "../function/revision.ts";
import type { Scan } from "../function/scanner.ts";
import type { OutputLine } from "../process/lines.ts";
import type { StreamName } from "../process/spawn.ts";
import type { Route, RouteTable } from "../proxy/route_table.ts";
import type { Traffic } from "../proxy/traffic.ts";
import { createTaskSet } from "../system/task_set.ts";
import { createBackoffTimers } from "./backoff_timers.ts";
import { createInstances } from "./instances.ts";
import type { OpenInstance, StartingInstance } from "./open_instance.ts";
import { reconfigure } from "./reconfigure.ts";
import { rollBack } from "./rollback.ts";
import { routeOf } from "./route_of.ts";
import { createScanIntake } from "./scan_intake.ts";
import { runScans } from "./scan_loop.ts";
import type { FunctionState, Refreshed } from "./state.ts";
import { type Effect, type Event, type Step, transition } from "./transition.ts";
import { createSnapshotTaker } from "./take_snapshots.ts";
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
  readonly snapshotsOf: (name: string) => readonly string[];
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
  const stamps = createVariableStamps(context.variables);
  const timers = createBackoffTimers((name) => dispatch(name, { type: "backoff-over" }));
  const tasks = createTaskSet((error) =>
    options.onWarning(`A fault of ddsrv's own: ${(error as Error).stack}`)
  );
  const stopping = new AbortController();
  const force = new AbortController();
  let changed = Promise.withResolvers<void>();
  let nextId = 1;
  const modulesOf = (name: string): Modules => modules.get(name) ?? NO_MODULES;
  const intake = createScanIntake({
    states,
    modules,
    isWatching: () => context.settings.watch,
    dispatch,
    onIgnored: options.onIgnored,
  });
  const takeSnapshot = createSnapshotTaker({
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
    const { revision, isSnapshot } = after?.serving ?? {};
    if (event.type === "ready" && revision !== undefined && !isSnapshot) {
      tasks.track(takeSnapshot(name, revision));
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

  function takeScan(scan: Scan): void {
    if (stopping.signal.aborted) return;
    if (intake.take(scan)) announce();
    tasks.track(context.cacheSweeper.sweep(intake.isPresent, performance.now()));
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

  const scans = runScans({
    functionsDirectory: settings.functionsDirectory,
    settleMs: settings.settleMs,
    rescanMs: settings.rescanMs,
    maxFiles: settings.maxFiles,
    modulesOf: (name) => modules.get(name),
    onBegin: intake.begin,
    onScan: takeScan,
    onWarning: options.onWarning,
    signal: stopping.signal,
  });

  routes.onWanted = (name) => dispatch(name, { type: "wanted" });

  return {
    functions: states,
    get ignored() {
      return intake.ignored;
    },
    get unsettled() {
      return intake.unsettled;
    },
    get hasScanned() {
      return intake.hasScanned;
    },
    newerRevision: intake.newerRevision,
    instanceOf: instances.of,
    startingOf: instances.startingOf,
    trafficOf: (name) => routes.trafficOf(name),
    waitingFor: (name) => routes.waitingFor(name),
    scan(take) {
      if (take !== undefined) intake.ask(take);
      return scans.scan();
    },
    reload,
    refresh: (name) => refresh(name, () => stamps.isTried(name)),
    refreshServing: (name) =>
      refresh(name, ({ serving }) => serving === undefined || stamps.isCurrent(name, serving.id)),
    reconfigure: () =>
      reconfigure(context, { states, policyOf: (id) => instances.of(id)?.policy, reload }),
    snapshotsOf: (name) => context.snapshots.list(name).map(({ revision }) => revision),
    async rollBack(name, to) {
      const revision = await rollBack(context, { name, to, modules: modulesOf(name) });
      intake.ask(name);
      await scans.scan();
      return revision;
    },
    changed: () => changed.promise,
    async stop(signal) {
      const skipDrain = (): void => force.abort();
      signal.addEventListener("abort", skipDrain, { once: true });
      if (signal.aborted) skipDrain();
      stopping.abort();
      for (const name of [...states.keys()]) dispatch(name, { type: "stop", name });
      await scans.ended;
      await tasks.ended();
      signal.removeEventListener("abort", skipDrain);
    },
  };
}
