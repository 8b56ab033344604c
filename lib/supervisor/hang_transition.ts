import type { FunctionState, Instance, InstanceHang } from "./state.ts";

/** After this long without a hang, those before it no longer count. */
const WELL_MS = 60_000;

/** Marks what serves as hung; a state that the event does not concern comes back as it is. */
export function hangs(
  state: FunctionState,
  { id, hang, wellAtMs }: {
    readonly id: number;
    readonly hang: InstanceHang;
    readonly wellAtMs: number;
  },
): FunctionState {
  const { serving } = state;
  if (serving?.id !== id || serving.hang !== undefined) return state;
  // It takes a while to notice a hang: the time until then is no time in service.
  const wasWell = wellAtMs - (serving.readyAtMs ?? wellAtMs) >= WELL_MS;
  return {
    ...state,
    serving: { ...serving, hang },
    restarts: state.restarts + 1,
    backoff: wasWell ? undefined : state.backoff,
  };
}

/** Takes the mark away; a replacement that is under way goes on. */
export function recovered(
  state: FunctionState,
  { id }: { readonly id: number },
): FunctionState {
  const { serving, failure } = state;
  if (serving?.id !== id || serving.hang === undefined) return state;
  const { hang: _, ...well } = serving;
  // That its own revision did not start beside it no longer matters.
  const isOfItself = failure?.revision === serving.revision;
  const left = isOfItself ? undefined : failure;
  // Beside what serves, only what may pass is tried again.
  const isFinal = left?.isPassing === false;
  return {
    ...state,
    serving: well,
    failure: left,
    backoff: isFinal ? undefined : state.backoff,
  };
}

/** Closes what has served; nothing is waited for where the event loop is held. */
export function drop(
  { id, hang }: Instance,
  because: "replaced" | "unused" | "stopped",
): { readonly type: "close"; readonly id: number; readonly because: typeof because | "hung" } {
  return { type: "close", id, because: hang?.cause === "held" ? "hung" : because };
}
