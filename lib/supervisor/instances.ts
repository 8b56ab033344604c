import type { FunctionPolicy } from "../function/policy.ts";
import { type Modules, NO_MODULES } from "../function/revision.ts";
import type { ModuleTable } from "./module_table.ts";
import { describeExit } from "../process/exit.ts";
import type { RouteTable } from "../proxy/route_table.ts";
import { explainOutput } from "./explain_output.ts";
import { watchIdle } from "./idle_watch.ts";
import { watchLiveness } from "./liveness.ts";
import { launchFailure } from "./launch_failure.ts";
import { checkAndStart } from "./check_and_start.ts";
import type {
  InstanceOptions,
  InstanceReport,
  KnownPolicy,
  LaunchOutcome,
  OpenInstance,
  StartingInstance,
} from "./open_instance.ts";
import { knownFailure, servedRevision, servesWell } from "./retry.ts";
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
  readonly onLine: (name: string, ...line: Parameters<InstanceReport["onLine"]>) => void;
  readonly onWarning: (message: string) => void;
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
}

/** Creates the instances of one supervisor. */
export function createInstances(options: InstancesOptions): Instances {
  const { context, routes, states, modules, policies, dispatch } = options;
  const attempts = new Map<number, AbortController>();
  const instances = new Map<number, OpenInstance>();
  let hasWarned = false;
  const starting = new Map<number, StartingInstance>();

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
        onLine: (stream, line) => options.onLine(name, stream, line),
        onWarning: (message) => options.onWarning(`${name}: ${message}`),
      },
    };
    const thrown = { revision: state.requested, signal: abort.signal };
    const attempt = (start: () => Promise<LaunchOutcome>): Promise<LaunchOutcome> =>
      whilePresent(
        launchOptions,
        () => start().catch((error) => launchFailure(error, thrown)),
      );
    const known = isForced ? undefined : knownFailure(state);
    const modulesNow = (): Modules => modules.get(name) ?? NO_MODULES;
    const launched: LaunchOutcome = known !== undefined
      ? { type: "failed", failure: known }
      : await attempt(() =>
        whileQuiet({ ...launchOptions, modules: modulesNow }, () => checkAndStart(launchOptions))
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
        const { revision, upstream } = instance;
        options.onTaken(name, instance.policy);
        if (failure !== undefined) dispatch(name, { type: "checked", id, revision });
        dispatch(name, { type: "ready", id, upstream: upstream.label, ...folderFailure });
        void watchEnd(name, id, instance);
        return;
      }
    }
    dispatch(name, { type: "closed", id });
  }

  /** Warns once for all functions, because they share the kernel. */
  function onUndetectable(): void {
    if (!hasWarned) options.onWarning(NO_HANG_DETECTION);
    hasWarned = true;
  }

  async function watchEnd(name: string, id: number, instance: OpenInstance): Promise<void> {
    const idle = watchIdle({
      usage: instance.upstream,
      idleMs: instance.policy.idleMs,
      onIdle: () => dispatch(name, { type: "unused", id }),
    });
    const liveness = watchLiveness({
      instance,
      onHung: (hang, wellAtMs) => dispatch(name, { type: "hung", id, hang, wellAtMs }),
      onRecovered: () => dispatch(name, { type: "recovered", id }),
      onUndetectable,
      onError: (error) => options.onWarning(`${name}: Cannot detect whether it hangs: ${error}`),
    });
    const exit = await instance.ended;
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
    const drainMs = drainOf(because, instance.policy);
    if (because === "unused") instance.keepNext();
    try {
      await instance.close({ drainMs, force: options.force });
      // Nothing of a function is left when its last instance has closed.
      if (because === "stopped") await context.parked.discard(name);
    } finally {
      instances.delete(id);
      dispatch(name, { type: "closed", id });
    }
  }

  return {
    of: (id) => instances.get(id),
    startingOf: (id) => starting.get(id),
    launch,
    async close(name, { id, because }) {
      attempts.get(id)?.abort();
      if (instances.has(id)) await close(name, { id, because });
    },
  };
}

const NO_HANG_DETECTION =
  "Cannot detect functions that hang in a blocking call: the capability SYS_PTRACE is missing. " +
  "Add it (--cap-add SYS_PTRACE), or set a healthPath for functions";

/** Returns the time in which a closing instance may finish its in-flight requests. */
function drainOf(
  because: EffectOf<"close">["because"],
  { stopGraceMs, drainMs }: FunctionPolicy,
): number {
  if (because === "hung") return 0;
  return because === "stopped" ? stopGraceMs : drainMs;
}
