import {
  type Failure,
  type FunctionState,
  type HandStop,
  type Instance,
  type InstanceHang,
  statusOf,
} from "../../lib/supervisor/state.ts";
import type { Event } from "../../lib/supervisor/step.ts";

/** An instance of revision `r1` that is being checked. */
export function instance(id: number, change: Partial<Instance> = {}): Instance {
  return {
    id,
    phase: "checking",
    requested: "r1",
    revision: undefined,
    pid: undefined,
    namespace: undefined,
    upstream: undefined,
    readyAtMs: undefined,
    ...change,
  };
}

/** An instance that has been ready since 0. */
export function readyInstance(id: number, change: Partial<Instance> = {}): Instance {
  return instance(id, {
    phase: "ready",
    revision: "r1",
    pid: 100 + id,
    namespace: `ns${id}`,
    upstream: `10.0.0.${id}:8000`,
    readyAtMs: 0,
    ...change,
  });
}

/** A function `a` whose folder exists, without instances. */
export function functionState(change: Partial<FunctionState> = {}): FunctionState {
  return {
    name: "a",
    directory: "/f/a",
    isWanted: true,
    requested: "r1",
    serving: undefined,
    candidate: undefined,
    leaving: [],
    failure: undefined,
    backoff: undefined,
    isIdle: false,
    stoppedByHand: undefined,
    restarts: 0,
    ...change,
  };
}

/** A failure of revision `r1`; one of the host or an exit is transient. */
export function failure(stage: Failure["stage"], change: Partial<Failure> = {}): Failure {
  const isTransient = stage === "exit" || stage === "host";
  const plain = { stage, isTransient, reason: `No ${stage}`, detail: "", revision: "r1", atMs: 0 };
  return { ...plain, ...change };
}

export function hang(cause: InstanceHang["cause"]): InstanceHang {
  return { cause, reason: `It is ${cause}`, detail: "", atMs: 0 };
}

/** A stop by hand at 0. */
export function handStop(page?: string): HandStop {
  return { sinceMs: 0, page };
}

/** The event of a scan that finds this revision of the function `a`. */
export function wanted(type: "start" | "replace", revision: string): Event {
  return { type, name: "a", desired: { directory: "/f/a", revision } };
}

/** `status serving/candidate leaving requested`, `-` for none; `gone` when nothing is left. */
export function describeState(state: FunctionState | undefined): string {
  if (state === undefined) return "gone";
  const leaving = state.leaving.map(({ id, phase }) => `${id}:${phase}`).join(",");
  const ids = `${state.serving?.id ?? "-"}/${state.candidate?.id ?? "-"}`;
  return `${statusOf(state)} ${ids} ${leaving || "-"} ${state.requested}`;
}
