import { join } from "node:path";
import { type Modules, NO_MODULES, takeOwnRevision } from "../function/revision.ts";
import type { Scan } from "../function/scanner.ts";
import { describeExit } from "../process/exit.ts";
import type { OutputLine } from "../process/lines.ts";
import type { StreamName } from "../process/spawn.ts";
import type { Route, RouteTable } from "../proxy/routes.ts";
import { watchIdle } from "./idle_watch.ts";
import { openInstance } from "./instance.ts";
import type { Opened, OpenInstance } from "./open_instance.ts";
import { type Desired, reconcile } from "./reconcile.ts";
import { hasPolicy } from "./has_policy.ts";
import { rollBack } from "./rollback.ts";
import { routeOf } from "./route_of.ts";
import { runScans } from "./scan_loop.ts";
import type { FunctionState } from "./state.ts";
import { type Effect, type Event, isRetried, transition } from "./transition.ts";
import type { Workplace } from "./workplace.ts";

/** What a supervisor works with, and whom it tells. */
export interface SupervisorOptions {
  readonly workplace: Workplace;
  readonly routes: RouteTable;
  /** A function's state changed; `after` is missing when nothing is left of it. */
  readonly onChange: (before: FunctionState | undefined, after: FunctionState | undefined) => void;
  readonly onLine: (name: string, stream: StreamName, line: OutputLine) => void;
  readonly onWarning: (message: string) => void;
}

/** Keeps the functions as the folders have them. One place owns all state. */
export interface Supervisor {
  /** All functions, by name. */
  readonly functions: ReadonlyMap<string, FunctionState>;
  /** Directories that are not served, with the reason. */
  readonly ignored: ReadonlyMap<string, string>;
  /** Functions whose files were not at rest when they were last looked at. */
  readonly arriving: ReadonlySet<string>;
  /** An instance, while it is ready. */
  readonly instanceOf: (instanceId: number) => OpenInstance | undefined;
  /** Requests that a function's earlier instances have answered. */
  readonly pastRequests: (name: string) => number;
  /** Looks at the folders now. */
  readonly scan: () => Promise<void>;
  /** Starts a function's source anew; `false` when there is no such function. */
  readonly reload: (name: string) => boolean;
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
  readonly stop: (hurry: AbortSignal) => Promise<void>;
}

/** Starts a supervisor: scans, and acts on what it finds. */
export function startSupervisor(options: SupervisorOptions): Supervisor {
  const { workplace, routes } = options;
  const { settings } = workplace;
  const states = new Map<string, FunctionState>();
  const modules = new Map<string, Modules>();
  const attempts = new Map<number, AbortController>();
  const instances = new Map<number, OpenInstance>();
  const requests = new Map<string, number>();
  const timers = new Map<
    string,
    { readonly untilMs: number; readonly timer: ReturnType<typeof setTimeout> }
  >();
  const tasks = new Set<Promise<void>>();
  const stopping = new AbortController();
  const hurry = new AbortController();
  let ignored: ReadonlyMap<string, string> = new Map();
  let arriving: ReadonlySet<string> = new Set();
  let changed = Promise.withResolvers<void>();
  let keeping = Promise.resolve();
  let nextId = 1;

  /** Takes one event to its end before the next: state never changes under anybody's hands. */
  function dispatch(name: string, event: Event): void {
    const before = states.get(name);
    const nowMs = Date.now();
    const step = transition(before, event, { nowMs, nextId, chance: Math.random() });
    const after = step.state;
    if (after === undefined) states.delete(name);
    else states.set(name, after);
    if (after === undefined || !after.isWanted) modules.delete(name);
    if (after === undefined) requests.delete(name);
    setRoute(name, after, nowMs);
    setTimer(name, after);
    for (const effect of step.effects) perform(name, effect);
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
        const { upstream, keepPrefix } = instances.get(decision.id)!;
        const route: Route = { type: "ready", upstream, keepPrefix };
        return routes.set(name, route);
      }
      default:
        return routes.set(name, decision);
    }
  }

  function setTimer(name: string, state: FunctionState | undefined): void {
    const untilMs = state?.candidate === undefined && isRetried(state)
      ? state?.backoff?.untilMs
      : undefined;
    const running = timers.get(name);
    if (running?.untilMs === untilMs) return;
    clearTimeout(running?.timer);
    timers.delete(name);
    if (untilMs === undefined) return;
    const timer = setTimeout(() => {
      timers.delete(name);
      dispatch(name, { type: "backoff-over" });
    }, Math.max(0, untilMs - Date.now()));
    timers.set(name, { untilMs, timer });
  }

  function perform(name: string, effect: Effect): void {
    switch (effect.type) {
      case "open":
        nextId = Math.max(nextId, effect.id + 1);
        return track(open(name, effect));
      case "close":
        attempts.get(effect.id)?.abort();
        if (!instances.has(effect.id)) return;
        return track(close(name, { id: effect.id, isStopped: effect.because === "stopped" }));
      default:
        return effect satisfies never;
    }
  }

  function track(task: Promise<void>): void {
    tasks.add(task);
    void task.catch((error) => options.onWarning(`A fault of ddsrv's own: ${error.stack}`))
      .finally(() => tasks.delete(task));
  }

  async function open(
    name: string,
    { id, isForced }: Extract<Effect, { type: "open" }>,
  ): Promise<void> {
    const state = states.get(name)!;
    const abort = new AbortController();
    attempts.set(id, abort);
    const opened = await openInstance({
      name,
      directory: state.directory,
      requested: state.requested,
      knownModules: modulesOf(name),
      workplace,
      servedRevision: () => isForced ? undefined : states.get(name)?.serving?.revision,
      isNeeded: () => states.get(name)?.serving !== undefined || routes.waitingFor(name) > 0,
      isUrgent: () => routes.waitingFor(name) > 0,
      signal: abort.signal,
      report: {
        onChecked: (revision, found) => {
          if (states.get(name)?.candidate?.id === id) modules.set(name, found);
          dispatch(name, { type: "checked", id, revision });
        },
        onSpawned: (pid, namespace) => dispatch(name, { type: "spawned", id, pid, namespace }),
        onLine: (stream, line) => options.onLine(name, stream, line),
        onWarning: (message) => options.onWarning(`${name}: ${message}`),
      },
    }).catch((error: Error) => couldNotOpen(error, state.requested));
    attempts.delete(id);
    if (opened.type === "failed") {
      const failure = { ...opened.failure, atMs: Date.now() };
      dispatch(name, { type: "failed", id, failure });
    }
    if (opened.type === "registered") dispatch(name, { type: "registered", id });
    if (opened.type === "ready") {
      instances.set(id, opened.instance);
      if (abort.signal.aborted) return await close(name, { id, isStopped: true });
      dispatch(name, { type: "ready", id, upstream: opened.instance.upstream.label });
      keep(name, opened.instance.revision);
      void watchEnd(name, id, opened.instance);
      return;
    }
    dispatch(name, { type: "closed", id });
  }

  function modulesOf(name: string): Modules {
    return modules.get(name) ?? NO_MODULES;
  }

  /** Keeps the folder of a revision that has come to serve, one at a time. */
  function keep(name: string, revision: string): void {
    const { functionsDirectory } = settings;
    const takeOwn = (): Promise<string> =>
      takeOwnRevision(functionsDirectory, name, modulesOf(name));
    keeping = keeping.then(async () => {
      if (stopping.signal.aborted || states.get(name)?.serving?.revision !== revision) return;
      const directory = join(functionsDirectory, name);
      await workplace.snapshots.take(name, { directory, revision, own: await takeOwn(), takeOwn });
    }).catch((error) => options.onWarning(`${name}: its revision can't be kept: ${error.message}`));
    track(keeping);
  }

  async function watchEnd(name: string, id: number, instance: OpenInstance): Promise<void> {
    const idle = watchIdle({
      usage: instance.upstream,
      idleMs: instance.policy.idleMs,
      onIdle: () => dispatch(name, { type: "unused", id }),
    });
    const exit = await instance.ended;
    idle[Symbol.dispose]();
    dispatch(name, {
      type: "exited",
      id,
      failure: {
        stage: "exit",
        reason: `The function ended: ${describeExit(exit)}`,
        detail: instance.lastLines(),
        revision: instance.revision,
        atMs: Date.now(),
      },
    });
  }

  async function close(
    name: string,
    { id, isStopped }: { readonly id: number; readonly isStopped: boolean },
  ): Promise<void> {
    const instance = instances.get(id)!;
    const { stopGraceMs, drainMs: patienceMs } = instance.policy;
    const drainMs = isStopped ? stopGraceMs : patienceMs;
    try {
      await instance.close({ drainMs, hurry: hurry.signal });
    } finally {
      instances.delete(id);
      requests.set(name, (requests.get(name) ?? 0) + instance.upstream.requests);
      dispatch(name, { type: "closed", id });
    }
  }

  function apply(scan: Scan, before: ReadonlyMap<string, Modules>): void {
    if (stopping.signal.aborted) return;
    ignored = scan.ignored;
    const hasArrived = [...arriving].some((name) => !scan.arriving.has(name));
    arriving = scan.arriving;
    const desired = new Map<string, Desired>();
    for (const [name, spec] of scan.functions) {
      // A check that ended during the scan has named other files than the scan looked at.
      const isStale = before.get(name) !== modules.get(name);
      const revision = isStale ? states.get(name)?.requested ?? spec.revision : spec.revision;
      desired.set(name, { directory: spec.directory, revision });
    }
    for (const name of scan.arriving) {
      const state = states.get(name);
      if (state?.isWanted !== true) desired.delete(name);
      else desired.set(name, { directory: state.directory, revision: state.requested });
    }
    for (const action of reconcile(desired, states)) dispatch(action.name, action);
    if (hasArrived) announce();
    const present = new Set([...states.keys(), ...scan.arriving, ...scan.ignored.keys()]);
    track(workplace.cacheSweeper.sweep(present, Date.now()));
  }

  let modulesAtScan: ReadonlyMap<string, Modules> = new Map();
  const scans = runScans({
    functionsDirectory: settings.functionsDirectory,
    quietMs: settings.quietMs,
    rescanMs: settings.rescanMs,
    modulesOf: (name) => modules.get(name),
    onBegin: () => modulesAtScan = new Map(modules),
    onScan: (scan) => apply(scan, modulesAtScan),
    onWarning: options.onWarning,
    signal: stopping.signal,
  });

  routes.onWaiting = (name) => dispatch(name, { type: "wanted" });

  return {
    functions: states,
    get ignored() {
      return ignored;
    },
    get arriving() {
      return arriving;
    },
    instanceOf: (id) => instances.get(id),
    pastRequests: (name) => requests.get(name) ?? 0,
    scan: scans.scan,
    reload(name) {
      if (states.get(name)?.isWanted !== true) return false;
      dispatch(name, { type: "reload" });
      return true;
    },
    async reconfigure() {
      for (const [name, state] of [...states]) {
        const serving = state.serving && instances.get(state.serving.id);
        const isConcerned = serving === undefined
          ? state.isIdle || state.failure?.stage === "manifest"
          : !await hasPolicy(state.directory, serving.policy, workplace.settings);
        if (isConcerned && states.get(name)?.isWanted) dispatch(name, { type: "reload" });
      }
    },
    kept: (name) => workplace.snapshots.list(name).map((one) => one.revision),
    async rollBack(name, to) {
      const revision = await rollBack(workplace, { name, to, modules: modulesOf(name) });
      await scans.scan();
      return revision;
    },
    changed: () => changed.promise,
    async stop(signal) {
      const rush = (): void => hurry.abort();
      signal.addEventListener("abort", rush, { once: true });
      if (signal.aborted) rush();
      stopping.abort();
      for (const name of [...states.keys()]) dispatch(name, { type: "stop", name });
      await scans.ended;
      while (tasks.size > 0) await Promise.allSettled(tasks);
      signal.removeEventListener("abort", rush);
    },
  };
}

function couldNotOpen(error: Error, revision: string): Opened {
  if (error.name === "AbortError") return { type: "aborted" };
  return {
    type: "failed",
    failure: { stage: "host", reason: "It could not be started", detail: error.message, revision },
  };
}
