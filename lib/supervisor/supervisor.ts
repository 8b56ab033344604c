import { createAnnouncements } from "../history/announcements.ts";
import type { ChangeUser, Origin } from "../history/origin.ts";
import { type Modules, NO_MODULES } from "../function/revision.ts";
import type { Scan } from "../function/scanner.ts";
import type { Parking } from "../isolation/isolation.ts";
import type { LineReceiver, OutputLine, StreamName } from "../process/lines.ts";
import type { RouteTable } from "../proxy/route_table.ts";
import type { Traffic } from "../proxy/traffic.ts";
import type { Schedule } from "../config/schedule.ts";
import type { EndedRun } from "../schedules/schedule_record.ts";
import { createScheduler, type Scheduler } from "../schedules/scheduler.ts";
import { scheduleClaims } from "./schedule_claims.ts";
import { sendScheduled } from "../schedules/send_scheduled.ts";
import { createTaskSet } from "../system/task_set.ts";
import { createBackoffTimers } from "./backoff_timers.ts";
import { createChangeHistory, type ListedChange } from "./change_history.ts";
import { createDomainTable, type DomainTable } from "./domain_table.ts";
import { createExpirer } from "./expirer.ts";
import { domainRules } from "./domain_rules.ts";
import { createMemoryTrimmer } from "./memory_trimmer.ts";
import { createModuleTable } from "./module_table.ts";
import { createInstances } from "./instances.ts";
import type { KnownPolicy, OpenInstance, StartingInstance } from "./open_instance.ts";
import type { Leave, Overlap } from "./overlap.ts";
import { reconfigure } from "./reconfigure.ts";
import { createRefusals } from "./refusals.ts";
import { rollBack, unknownModules } from "./rollback.ts";
import { routeOf } from "./route_of.ts";
import { createRunUsers } from "./run_users.ts";
import { createScanIntake } from "./scan_intake.ts";
import { runScans } from "./scan_loop.ts";
import type { FunctionState, Refreshed } from "./state.ts";
import type { Effect, Event, Step } from "./step.ts";
import { transition } from "./transition.ts";
import { createSnapshotTaker } from "./take_snapshots.ts";
import { createVariableStamps } from "./variable_stamps.ts";
import type { SupervisorContext } from "./supervisor_context.ts";

/** Options of {@linkcode startSupervisor}. */
export interface SupervisorOptions {
  readonly context: SupervisorContext;
  readonly routes: RouteTable;
  /** Called after each change of state; `after` is `undefined` when the function is gone. */
  readonly onChange: (before: FunctionState | undefined, after: FunctionState | undefined) => void;
  /** Called when a directory is ignored for the first time, or for another reason than before. */
  readonly onIgnored: (name: string, reason: string) => void;
  readonly onLine: (
    name: string,
    stream: StreamName,
    line: OutputLine,
  ) => ReturnType<LineReceiver>;
  /** Called after each run of a schedule. */
  readonly onRun: (name: string, schedule: Schedule, run: EndedRun) => void;
  /** Called with each event and its result, for debug output. */
  /** Another supervisor serves the same functions until this one takes over. */
  readonly overlap?: Overlap | undefined;
  readonly onStep?: ((name: string, event: Event, step: Step) => void) | undefined;
  /** Called after the first scan. */
  readonly onFirstScan?: (() => void) | undefined;
  readonly onWarning: (message: string) => void;
}

/** Keeps the functions in step with their folders. Owns all state. */
export interface Supervisor {
  /** All functions, by name. */
  readonly functions: ReadonlyMap<string, FunctionState>;
  /** Reasons for directories that are not served, and for functions whose folders are too large. */
  readonly ignored: ReadonlyMap<string, string>;
  /** Functions whose files were still changing at the last scan. */
  readonly unsettled: ReadonlySet<string>;
  /** Newer revision of a function that serves, which waits for a reload without a watch. */
  readonly newerRevision: (name: string) => string | undefined;
  /** An instance while it is ready. */
  readonly instanceOf: (instanceId: number) => OpenInstance | undefined;
  /** An instance while it has a process and is not ready. */
  readonly startingOf: (instanceId: number) => StartingInstance | undefined;
  /** Where the next start of a function waits; `undefined` while none is prepared. */
  readonly parkingOf: (name: string) => Parking | undefined;
  /** Counts of requests and bytes between clients and a function. */
  readonly trafficOf: (name: string) => Readonly<Traffic> | undefined;
  /** Number of requests that wait for a function to be ready. */
  readonly waitingFor: (name: string) => number;
  /** Domains of functions, and problems with them. */
  readonly domains: Pick<DomainTable, "domainsOf" | "problemsOf">;
  /** True after the first scan. */
  readonly hasScanned: boolean;
  /** The next new code of a function has this origin. */
  readonly announce: (name: string, origin: Origin) => void;
  /** Scans the folders now; loads new code of `take` even without a watch. */
  readonly scan: (take?: string) => Promise<void>;
  /** Recorded changes of a function, oldest first, and one that goes on. */
  readonly changesOf: (name: string) => Promise<readonly ListedChange[]>;
  /** Times of expiry in milliseconds since the epoch, by name. */
  readonly expiries: ReadonlyMap<string, number>;
  /** Starts a new instance of a function's source; returns false if there is no such function. */
  readonly reload: (name: string, origin?: Origin) => boolean;
  /**
   * Stops a function by hand, and removes its prepared start; its instance drains. Returns false if
   * there is no such function.
   *
   * @throws {HandStopError} if the stop can't be recorded; nothing has changed then
   */
  readonly stopByHand: (
    name: string,
    page: string | undefined,
    user?: ChangeUser,
  ) => Promise<boolean>;
  /**
   * Ends a stop by hand, also that of a function whose folder is gone, and starts the function.
   * Returns false if there is no such function.
   *
   * @throws {HandStopError} if the end can't be recorded; nothing has changed then
   */
  readonly startByHand: (name: string, user?: ChangeUser) => Promise<boolean>;
  /** Reloads a function if its last attempt, successful or not, had other variables. */
  readonly refresh: (name: string, user?: ChangeUser) => Refreshed;
  /** Reloads a function if its serving instance has other variables, after a change was undone. */
  readonly refreshServing: (name: string, user?: ChangeUser) => Refreshed;
  /** Reloads functions whose policy differs under the present settings, see `reconfigure`. */
  readonly reconfigure: () => Promise<void>;
  /** Revisions with a snapshot, newest first. */
  readonly snapshotsOf: (name: string) => readonly string[];
  /** Replaces a function's folder with a snapshot and returns its revision, see `rollBack`. */
  readonly rollBack: (name: string, to?: string, user?: ChangeUser) => Promise<string>;
  /** Opens the route of requests with the secret of a debug session. */
  readonly openDebugRoute: RouteTable["openDebug"];
  /** Adds a line of a process beside the instance to the function's log. */
  readonly logLine: SupervisorOptions["onLine"];
  /** Schedules of all functions. */
  readonly schedules: Pick<Scheduler, "list"> & {
    readonly run: (
      name: string,
      schedule: string,
      user?: ChangeUser,
    ) => ReturnType<Scheduler["run"]>;
  };
  /** Begins no more runs of schedules, and waits for the present ones. */
  readonly endRuns: () => Promise<void>;
  /** Takes no changes of folders until it is disposed of; then, it scans them all. */
  readonly pause: () => Disposable;
  /** Starts a function as a request does. */
  readonly want: (name: string) => void;
  /** Leaves schedules and tasks to another supervisor, see `Overlap`. */
  readonly leave: () => Leave;
  /** Resolves at the next change of any function. */
  readonly changed: () => Promise<void>;
  /** Stops all functions; once `force` aborts, without waiting for in-flight requests. */
  readonly stop: (force: AbortSignal) => Promise<void>;
}

/** Why a one-off run or a debug session ends. */
const ENDED = {
  hand: "The function was stopped by hand",
  stop: "ddsrv is stopping",
  removal: "The function was removed",
} as const;

/** Starts a supervisor: it scans the functions directory and acts on the result. */
export function startSupervisor(options: SupervisorOptions): Supervisor {
  const { context, routes } = options;
  const { settings } = context;
  const states = new Map<string, FunctionState>();
  const modules = createModuleTable();
  const stamps = createVariableStamps(context.variables);
  const announcements = createAnnouncements();
  const history = createChangeHistory({ store: context.changes, announcements });
  const timers = createBackoffTimers((name) => dispatch(name, { type: "backoff-over" }));
  const tasks = createTaskSet((error) =>
    options.onWarning(`Internal error. Please report it: ${(error as Error).stack}`)
  );
  const trimmer = createMemoryTrimmer();
  const stopping = new AbortController();
  const force = new AbortController();
  let changed = Promise.withResolvers<void>();
  let nextId = 1;
  let pauses = 0;
  const modulesOf = (name: string): Modules => modules.get(name) ?? NO_MODULES;
  const intake = createScanIntake({
    states,
    isStale: modules.isStale,
    isWatching: () => context.settings.watch,
    handStops: context.handStops.present,
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
  const expirer = createExpirer({
    expiries: context.expiries,
    functionsDirectory: settings.functionsDirectory,
    onRemove: (name) => announcements.announce(name, { by: "remove" }),
    purge: context.purge,
    onWarning: options.onWarning,
  });
  const policies = new Map<string, KnownPolicy>();
  const domains = createDomainTable({
    before: context.heldDomains.before,
    settings: () => domainRules(context.settings),
    isFunction: (name) => states.get(name)?.isWanted === true,
    isKnown: (name) =>
      states.get(name)?.isWanted ?? (!intake.hasScanned || intake.unsettled.has(name)),
    onChange(owners) {
      routes.setOwners(owners);
      tasks.track(context.heldDomains.save(owners));
    },
  });
  // Until the first scan has found the functions, their hosts are nobody else's.
  routes.setOwners(context.heldDomains.before);
  const runUsers = createRunUsers();
  const scheduler = createScheduler({
    store: context.schedules,
    begin: options.overlap && Promise.all([options.overlap.turnAtMs, options.overlap.runsEnded]),
    ...scheduleClaims(context.settings),
    send: (request) => sendScheduled({ routes, limits: () => context.settings.limits }, request),
    onEnded(name, schedule, run) {
      const user = run.isManual ? runUsers.of({ name, schedule: schedule.name }) : undefined;
      history.noteRun(name, schedule.name, { ...run, user });
      options.onRun(name, schedule, run);
    },
    onWarning: options.onWarning,
  });
  const refusals = createRefusals({
    context,
    // After the lines that come with it, such as the stack of an error.
    onMark: (name, line) => queueMicrotask(() => options.onLine(name, "stderr", line)),
  });
  const instances = createInstances({
    ...options,
    overlap: options.overlap,
    refusals,
    states,
    modules,
    policies,
    dispatch,
    stopping: stopping.signal,
    force: force.signal,
    onTaken(name, { schedules }) {
      const { isWanted, stoppedByHand } = states.get(name) ?? {};
      if (isWanted && stoppedByHand === undefined) scheduler.set(name, schedules);
    },
    onPolicy(name) {
      if (!stopping.signal.aborted) domains.ask(name, askedBy(states.get(name)));
    },
  });

  /** Returns the hosts that a function asks for, if its manifest has been read. */
  function askedBy(state: FunctionState | undefined): readonly string[] | undefined {
    if (!state?.isWanted) return undefined;
    const serving = state.serving && instances.of(state.serving.id);
    return serving?.policy.ownDomains ?? policies.get(state.name)?.ownDomains;
  }

  /** Handles one event completely before the next, so that state changes in one place only. */
  function dispatch(name: string, event: Event, origin?: Origin): void {
    const before = states.get(name);
    const nowMs = performance.now();
    const step = transition(before, event, { nowMs, nextId, chance: Math.random() });
    const after = step.state;
    options.onStep?.(name, event, step);
    history.note(name, { before, after, event, origin });
    if (after === undefined) states.delete(name);
    else states.set(name, after);
    if (after === undefined || !after.isWanted) modules.delete(name);
    if (event.type === "closed") stamps.closed(event.id);
    if (after === undefined) stamps.forget(name);
    if (!after?.isWanted) {
      policies.delete(name);
      refusals.forget(name);
      scheduler.remove(name);
      tasks.track(context.parked.discard(name));
      const reason = ENDED[stopping.signal.aborted ? "stop" : "removal"];
      tasks.track(context.oneOffRuns.end(name, reason));
      tasks.track(context.debugSessions.end(name, reason));
    } else if (after.stoppedByHand !== undefined) {
      tasks.track(context.debugSessions.end(name, ENDED.hand));
    }
    // Runs drain with their instance; a start makes up ticks as after a restart of ddsrv.
    if (after?.stoppedByHand !== undefined && after.leaving.length === 0) scheduler.remove(name);
    // A stop of all functions is no reason to give their domains to others.
    if (!stopping.signal.aborted) domains.ask(name, askedBy(after));
    setRoute(name, after, nowMs);
    timers.set(name, after);
    for (const effect of step.effects) perform(name, effect);
    const { revision, isSnapshot } = after?.serving ?? {};
    if (event.type === "ready" && revision !== undefined && !isSnapshot) {
      tasks.track(takeSnapshot(name, revision));
    }
    trimmer.note();
    if (event.type === "checked") scans.note(name);
    announce();
    if (after !== before) options.onChange(before, after);
  }

  /** Wakes all who wait for a change. */
  function announce(): void {
    changed.resolve();
    changed = Promise.withResolvers();
  }

  function setRoute(name: string, state: FunctionState | undefined, nowMs: number): void {
    const decision = routeOf(state, nowMs);
    if (decision.type === "none") return routes.delete(name);
    if (decision.type !== "instance") return routes.set(name, decision);
    const { upstream, isFolder, keepPrefix, policy: { rateLimit } } = instances.of(decision.id)!;
    routes.set(name, { type: "ready", upstream, isFolder, keepPrefix, rateLimit });
  }

  function perform(name: string, effect: Effect): void {
    switch (effect.type) {
      case "launch":
        nextId = Math.max(nextId, effect.id + 1);
        stamps.launched(name, effect.id);
        return tasks.track(instances.launch(name, effect));
      case "close":
        return tasks.track(instances.close(name, effect));
      default:
        return effect satisfies never;
    }
  }

  function takeScan(scan: Scan): void {
    if (stopping.signal.aborted || pauses > 0) return;
    const isFirst = !intake.hasScanned;
    if (intake.take(scan) || isFirst) announce();
    domains.update(scan.names);
    if (isFirst) options.onFirstScan?.();
    if (scan.names !== undefined) return;
    tasks.track(context.handStops.sweep(intake.isPresent, performance.now()));
    tasks.track(
      expirer.sweep(intake.isPresent, { wallMs: Date.now(), steadyMs: performance.now() }),
    );
    tasks.track(context.cacheSweeper.sweep(intake.isPresent, performance.now()));
  }

  function reload(name: string, origin: Origin = { by: "reload" }): boolean {
    if (states.get(name)?.isWanted !== true) return false;
    dispatch(name, { type: "reload" }, origin);
    return true;
  }

  function refresh(
    name: string,
    isCurrent: (state: FunctionState) => boolean,
    user: ChangeUser | undefined,
  ): Refreshed {
    const state = states.get(name);
    if (state?.isWanted !== true) return "absent";
    // Its start will have them.
    if (state.stoppedByHand !== undefined || isCurrent(state)) return "current";
    return reload(name, { by: "env", user }) ? "reloaded" : "absent";
  }

  async function stopByHand(
    name: string,
    page: string | undefined,
    user?: ChangeUser,
  ): Promise<boolean> {
    if (states.get(name)?.isWanted !== true) return false;
    const stop = await context.handStops.add(name, { sinceMs: Date.now(), page });
    if (states.get(name)?.isWanted !== true) return false;
    dispatch(name, { type: "stop-by-hand", stop }, { by: "stop", user });
    await context.parked.discard(name);
    return true;
  }

  async function startByHand(name: string, user?: ChangeUser): Promise<boolean> {
    await context.handStops.end(name);
    if (states.get(name)?.isWanted !== true) return false;
    dispatch(name, { type: "start-by-hand" }, { by: "start", user });
    return true;
  }

  const scans = runScans({
    functionsDirectory: settings.functionsDirectory,
    entries: settings.entries,
    settleMs: settings.settleMs,
    rescanMs: settings.rescanMs,
    maxFiles: settings.maxFiles,
    modulesOf: (name) => modules.get(name),
    onBegin: () => intake.begin().union(modules.beginScan()),
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
    expiries: context.expiries.present,
    instanceOf: instances.of,
    startingOf: instances.startingOf,
    parkingOf: context.parked.parkingOf,
    trafficOf: (name) => routes.trafficOf(name),
    waitingFor: (name) => routes.waitingFor(name),
    domains,
    announce: announcements.announce,
    changesOf: history.list,
    scan(take) {
      if (take !== undefined) intake.ask(take);
      return scans.scan();
    },
    reload,
    stopByHand,
    startByHand,
    refresh: (name, user) => refresh(name, () => stamps.isTried(name), user),
    refreshServing: (name, user) =>
      refresh(
        name,
        ({ serving }) => serving === undefined || stamps.isCurrent(name, serving.id),
        user,
      ),
    async reconfigure() {
      domains.update();
      await reconfigure(context, {
        states,
        policyOf: (id) => instances.of(id)?.policy,
        reload: (name) => reload(name, { by: "config" }),
      });
    },
    snapshotsOf: (name) => context.snapshots.list(name).map(({ revision }) => revision),
    async rollBack(name, to, user) {
      const isUnchecked = states.get(name)?.stoppedByHand !== undefined &&
        modules.get(name) === undefined;
      if (to === undefined && isUnchecked) throw unknownModules(name);
      const revision = await rollBack(context, {
        name,
        to,
        modules: modulesOf(name),
        onChosen: (revision) => announcements.announce(name, { by: "rollback", user, revision }),
      });
      intake.ask(name);
      await scans.scan();
      return revision;
    },
    openDebugRoute: (name, secret) => routes.openDebug(name, secret),
    logLine: options.onLine,
    schedules: {
      list: scheduler.list,
      run: (name, schedule, user) =>
        runUsers.during({ name, schedule, user }, () => scheduler.run(name, schedule)),
    },
    endRuns: scheduler.end,
    pause() {
      pauses++;
      return {
        [Symbol.dispose]() {
          pauses--;
          if (!stopping.signal.aborted) void scans.scan();
        },
      };
    },
    want: (name) => dispatch(name, { type: "wanted" }),
    leave() {
      void scheduler.end();
      return instances.leaveTurns();
    },
    changed: () => changed.promise,
    async stop(signal) {
      const skipDrain = (): void => force.abort();
      signal.addEventListener("abort", skipDrain, { once: true });
      if (signal.aborted) skipDrain();
      stopping.abort();
      history.end();
      trimmer[Symbol.dispose]();
      for (const name of [...states.keys()]) dispatch(name, { type: "stop", name });
      await scans.ended;
      await scheduler[Symbol.asyncDispose]();
      await tasks.ended();
      await context.changes.saved();
      signal.removeEventListener("abort", skipDrain);
    },
  };
}
