import { type Modules, NO_MODULES } from "../function/revision.ts";
import { describeExit } from "../process/exit.ts";
import type { RouteTable } from "../proxy/routes.ts";
import { watchIdle } from "./idle_watch.ts";
import { openInstance } from "./instance.ts";
import type { InstanceReport, Opened, OpenInstance } from "./open_instance.ts";
import type { FunctionState } from "./state.ts";
import type { Effect, Event } from "./transition.ts";
import type { Workplace } from "./workplace.ts";

/** What instances are opened with, and who hears of them. */
export interface InstancesOptions {
  readonly workplace: Workplace;
  readonly routes: RouteTable;
  readonly states: ReadonlyMap<string, FunctionState>;
  /** Modules that checks have named, written by those that are made here. */
  readonly modules: Map<string, Modules>;
  readonly dispatch: (name: string, event: Event) => void;
  readonly onLine: (name: string, ...line: Parameters<InstanceReport["onLine"]>) => void;
  readonly onWarning: (message: string) => void;
  /** Aborts when nobody is to be waited for any more. */
  readonly hurry: AbortSignal;
}

/** The instances of a supervisor: performs effects, and tells what comes of them as events. */
export interface Instances {
  /** One that is ready, or on its way out. */
  readonly of: (id: number) => OpenInstance | undefined;
  readonly open: (name: string, effect: Extract<Effect, { type: "open" }>) => Promise<void>;
  readonly close: (name: string, effect: Extract<Effect, { type: "close" }>) => Promise<void>;
}

/** Performs the effects of one supervisor. */
export function createInstances(options: InstancesOptions): Instances {
  const { workplace, routes, states, modules, dispatch } = options;
  const attempts = new Map<number, AbortController>();
  const instances = new Map<number, OpenInstance>();

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
      knownModules: modules.get(name) ?? NO_MODULES,
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
      void watchEnd(name, id, opened.instance);
      return;
    }
    dispatch(name, { type: "closed", id });
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
      await instance.close({ drainMs, hurry: options.hurry });
    } finally {
      instances.delete(id);
      dispatch(name, { type: "closed", id, requests: instance.upstream.requests });
    }
  }

  return {
    of: (id) => instances.get(id),
    open,
    async close(name, { id, because }) {
      attempts.get(id)?.abort();
      if (instances.has(id)) await close(name, { id, isStopped: because === "stopped" });
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
