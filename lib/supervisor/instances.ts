import type { FunctionPolicy } from "../function/policy.ts";
import { type Modules, NO_MODULES } from "../function/revision.ts";
import type { ModuleTable } from "./module_table.ts";
import { describeExit } from "../process/exit.ts";
import type { LineReceiver, OutputLine, StreamName } from "../process/lines.ts";
import { isExiting } from "../process/is_exiting.ts";
import type { RouteTable } from "../proxy/route_table.ts";
import { drainLimits } from "./drain_limits.ts";
import { explainOutput } from "./explain_output.ts";
import { type ActivityFiles, stayOf } from "../sandbox/activity.ts";
import { NO_TURN } from "../sandbox/cron_turn.ts";
import { watchIdle } from "./idle_watch.ts";
import { watchLiveness } from "./liveness.ts";
import { handOver } from "./hand_over.ts";
import { createTurnGate, type Leave, leaveTurns, type Overlap } from "./overlap.ts";
import { launchFailure } from "./launch_failure.ts";
import { checkAndStart } from "./check_and_start.ts";
import type {
  InstanceOptions,
  KnownPolicy,
  LaunchOutcome,
  OpenInstance,
  StartingInstance,
} from "./open_instance.ts";
import type { Refusals } from "./refusals.ts";
import { knownFailure, servedRevision, servesWell } from "./retry.ts";
import { sleep } from "../system/sleep.ts";
import { watchStay } from "./stay_watch.ts";
import { startSnapshot } from "./start_snapshot.ts";
import type { FunctionState } from "./state.ts";
import type { EffectOf, Event } from "./step.ts";
import { whilePresent } from "./while_present.ts";
import { whileQuiet } from "./while_quiet.ts";
import type { SupervisorContext } from "./supervisor_context.ts";

/** Options of {@linkcode createInstances}. */
export interface InstancesOptions {
  readonly context: SupervisorContext;
  readonly routes: RouteTable;
  readonly states: ReadonlyMap<string, FunctionState>;
  /** Modules of each function; a check that ends writes them here. */
  readonly modules: Pick<ModuleTable, "get" | "set">;
  /** Last known policy of each function; a launch that reads it writes it here. */
  readonly policies: Map<string, KnownPolicy>;
  readonly dispatch: (name: string, event: Event) => void;
  /** Called when the manifest of a function's folder was read for its candidate. */
  readonly onPolicy: (name: string) => void;
  /** Called when a launch has ended well: the function serves with this policy, or is idle. */
  readonly onTaken: (name: string, policy: FunctionPolicy) => void;
  readonly onLine: (
    name: string,
    stream: StreamName,
    line: OutputLine,
  ) => ReturnType<LineReceiver>;
  readonly refusals: Pick<Refusals, "read" | "refused">;
  readonly onWarning: (message: string) => void;
  /** The predecessor's instances run the tasks of `Deno.cron` until then. */
  readonly overlap: Pick<Overlap, "turnAtMs"> | undefined;
  /** Aborts when all functions stop. */
  readonly stopping: AbortSignal;
  /** Aborts when closing instances must not wait for requests any more. */
  readonly force: AbortSignal;
}

/** The instances of a supervisor. Effects go in, and their results come out as events. */
export interface Instances {
  /** An instance that is ready or draining. */
  readonly of: (id: number) => OpenInstance | undefined;
  /** An instance that has a process and is not ready yet. */
  readonly startingOf: (id: number) => StartingInstance | undefined;
  readonly launch: (name: string, effect: EffectOf<"launch">) => Promise<void>;
  readonly close: (name: string, effect: EffectOf<"close">) => Promise<void>;
  /** Gives the tasks of `Deno.cron` to another supervisor. */
  readonly leaveTurns: () => Leave;
}

/** Creates the instances of one supervisor. */
export function createInstances(options: InstancesOptions): Instances {
  const { context, routes, states, modules, policies, refusals, dispatch } = options;
  const turns = createTurnGate(options.overlap, servingActivities);
  const attempts = new Map<number, AbortController>();
  const instances = new Map<number, OpenInstance>();
  let hasWarned = false;
  const starting = new Map<number, StartingInstance>();
  /** Ends the wait for background work of each function's last replaced instance. */
  const working = new Map<string, AbortController>();

  async function launch(name: string, { id, isForced }: EffectOf<"launch">): Promise<void> {
    const state = states.get(name)!;
    if (isForced) context.checks.skipWait(name);
    const abort = new AbortController();
    attempts.set(id, abort);
    let read: FunctionPolicy | undefined;
    const launchOptions: InstanceOptions = {
      name,
      directory: state.directory,
      knownModules: modules.get(name) ?? NO_MODULES,
      knownPolicy: policies.get(name),
      context,
      servedRevision: () => isForced ? undefined : servedRevision(states.get(name)),
      isNeeded: () => states.get(name)?.serving !== undefined || routes.waitingFor(name) > 0,
      isUrgent: () => routes.waitingFor(name) > 0,
      signal: abort.signal,
      report: {
        onPolicy: (policy) => {
          read = policy;
          if (states.get(name)?.candidate?.id !== id) return;
          const { denoVersion, watchFiles, predeploy, writable, ownDomains } = policy;
          policies.set(name, { denoVersion, watchFiles, predeploy, writable, ownDomains });
          options.onPolicy(name);
        },
        onChecked: (revision, found) => {
          if (states.get(name)?.candidate?.id === id) modules.set(name, found);
          dispatch(name, { type: "checked", id, revision });
        },
        onSpawned: ({ pid, namespace, ...start }) => {
          starting.set(id, start);
          dispatch(name, { type: "spawned", id, pid, namespace });
        },
        onLine: (stream, line, policy) => {
          const behind = options.onLine(name, stream, line);
          if (policy !== undefined) {
            refusals.read({ name, directory: state.directory, policy }, line);
          }
          return behind;
        },
        onRefused: (connection, policy) => refusals.refused({ name, policy }, connection),
        onWarning: (message) => options.onWarning(`${name}: ${message}`),
      },
    };
    const thrown = { revision: state.requested, signal: abort.signal };
    const asFailure = (error: Error): LaunchOutcome => launchFailure(error, thrown);
    const attempt = (start: () => Promise<LaunchOutcome>): Promise<LaunchOutcome> =>
      whilePresent(launchOptions, () => start().catch(asFailure));
    const known = isForced ? undefined : knownFailure(state);
    const modulesNow = (): Modules => modules.get(name) ?? NO_MODULES;
    const quietOptions = { ...launchOptions, modules: modulesNow };
    const launched: LaunchOutcome = known !== undefined
      ? { type: "failed", failure: known }
      : await attempt(() =>
        whileQuiet(quietOptions, () => checkAndStart(launchOptions).catch(asFailure))
      );
    const failure = launched.type === "failed"
      ? { ...launched.failure, atMs: Date.now() }
      : undefined;
    // A snapshot of the last revision that served is better than nothing.
    const isServed = servesWell(states.get(name));
    const snapshot = failure === undefined || failure.stage === "host" || isServed
      ? undefined
      : await attempt(() => startSnapshot({ ...launchOptions, knownModules: modulesNow() }));
    attempts.delete(id);
    starting.delete(id);
    const outcome = snapshot === undefined || snapshot.type === "no-snapshot" ? launched : snapshot;
    const folderFailure = failure === undefined ? {} : { folderFailure: failure };
    switch (outcome.type) {
      case "failed":
        // Nothing of an earlier revision serves: this one's schedules say at each tick that it fails.
        if (read !== undefined && !isServed) options.onTaken(name, read);
        dispatch(name, {
          type: "failed",
          id,
          failure: failure!,
          ...(outcome === snapshot ? { hasSnapshotFailed: true } : {}),
        });
        break;
      case "registered":
        if (read !== undefined) options.onTaken(name, read);
        dispatch(name, {
          type: "registered",
          id,
          ...folderFailure,
          ...(outcome.isServed ? { isServed: true } : {}),
        });
        // A request may have arrived since the launch found that none waits.
        if (routes.waitingFor(name) > 0) dispatch(name, { type: "wanted" });
        break;
      case "ready": {
        const { instance } = outcome;
        instances.set(id, instance);
        if (abort.signal.aborted) return await close(name, { id, because: "stopped" });
        const { revision, upstream, activity } = instance;
        options.onTaken(name, instance.policy);
        if (failure !== undefined) dispatch(name, { type: "checked", id, revision });
        const former = states.get(name)?.serving;
        dispatch(name, { type: "ready", id, upstream: upstream.label, ...folderFailure });
        // Otherwise the former instance hands over as it closes.
        const isAlone = former === undefined || former.hang !== undefined;
        if (isAlone && states.get(name)?.serving?.id === id) turns.give(activity);
        void watchEnd(name, id, instance);
        return;
      }
    }
    dispatch(name, { type: "closed", id });
  }

  function servingOf(name: string): OpenInstance | undefined {
    const id = states.get(name)?.serving?.id;
    return id === undefined ? undefined : instances.get(id);
  }

  function* servingActivities(): Iterable<ActivityFiles> {
    for (const name of states.keys()) {
      const instance = servingOf(name);
      if (instance !== undefined) yield instance.activity;
    }
  }

  /** Warns once for all functions, because they share the kernel. */
  function onUndetectable(): void {
    if (!hasWarned) options.onWarning(NO_HANG_DETECTION);
    hasWarned = true;
  }

  async function watchEnd(name: string, id: number, instance: OpenInstance): Promise<void> {
    const { activity, revision } = instance;
    // A process that has just ended shows nothing, and is not idle.
    const staysAwake = (): boolean =>
      stayOf(activity.read()) !== undefined || isExiting(instance.pid);
    const record = (isAwake: boolean): void => context.keptStays.record(name, revision, isAwake);
    const stay = watchStay({ staysAwake, onLook: record });
    const { idleMs, backgroundTimeoutMs } = instance.policy;
    const idle = watchIdle({
      usage: instance.upstream,
      staysAwake: (unusedMs) =>
        staysAwake() || unusedMs < backgroundTimeoutMs && activity.read().hasWork,
      idleMs,
      onIdle() {
        record(false);
        dispatch(name, { type: "unused", id });
      },
    });
    const liveness = watchLiveness({
      instance,
      onHung: (hang, wellAtMs) => dispatch(name, { type: "hung", id, hang, wellAtMs }),
      onRecovered: () => dispatch(name, { type: "recovered", id }),
      onUndetectable,
      onError: (error) => options.onWarning(`${name}: Cannot detect whether it hangs: ${error}`),
    });
    const exit = await instance.ended;
    stay[Symbol.dispose]();
    idle[Symbol.dispose]();
    liveness[Symbol.dispose]();
    const { policy } = instance;
    const detail = instance.excerpt();
    const directory = states.get(name)?.directory ?? "";
    dispatch(name, {
      type: "exited",
      id,
      failure: {
        stage: "exit",
        isTransient: true,
        reason: `The function ${describeExit(exit)}`,
        detail,
        ...explainOutput(detail, { name, directory, stage: "exit", policy, context }),
        revision: instance.revision,
        atMs: Date.now(),
      },
    });
  }

  async function close(
    name: string,
    { id, because }: Pick<EffectOf<"close">, "id" | "because">,
  ): Promise<void> {
    const instance = instances.get(id)!;
    const { policy, upstream: { inFlight } } = instance;
    const drain = drainLimits(because, { policy, inFlight });
    const enough = new AbortController();
    const isReplaced = because === "replaced";
    // Only the last one works on: otherwise, each reload could leave one more instance behind.
    if (isReplaced || states.get(name)?.isWanted !== true) working.get(name)?.abort();
    if (isReplaced) working.set(name, enough);
    const signal = because === "stopped" ? enough.signal : AbortSignal.any([
      enough.signal,
      options.stopping,
    ]);
    if (because === "unused") instance.keepNext();
    const keepMs = isReplaced
      ? handOver({ from: instance.activity, to: servingOf(name)?.activity })
      : 0;
    // Another instance may start while this one still drains.
    if (!isReplaced) instance.activity.changeTurn(NO_TURN);
    try {
      await sleep(keepMs, options.force);
      await instance.close({ ...drain, enough: signal, force: options.force });
      // Nothing of a function is left when its last instance has closed.
      const isStopped = because === "stopped" || states.get(name)?.stoppedByHand !== undefined;
      if (isStopped) await context.parked.discard(name);
    } finally {
      if (working.get(name) === enough) working.delete(name);
      instances.delete(id);
      dispatch(name, { type: "closed", id });
    }
  }

  return {
    of: (id) => instances.get(id),
    startingOf: (id) => starting.get(id),
    launch,
    leaveTurns: () => leaveTurns(servingActivities()),
    async close(name, { id, because }) {
      attempts.get(id)?.abort();
      if (instances.has(id)) await close(name, { id, because });
    },
  };
}

const NO_HANG_DETECTION =
  "Cannot detect functions that hang in a blocking call: the capability SYS_PTRACE is missing. " +
  "Add it (--cap-add SYS_PTRACE), or set a healthPath for functions";
