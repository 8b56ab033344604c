import { type FunctionState, statusOf } from "../supervisor/state.ts";

/** Input of {@linkcode awaited}. */
export interface ReadinessInput {
  /** The functions of the source are there, or there is no source. */
  readonly hasSource: boolean;
  /** True after the first scan. */
  readonly hasScanned: boolean;
  readonly functions: Iterable<FunctionState>;
  /** Functions whose files are still changing. */
  readonly unsettled: ReadonlySet<string>;
}

/**
 * Returns what readiness still waits for, in words; `undefined` when ddsrv is ready. Functions that
 * have failed do not delay it.
 */
export function awaited(
  { hasSource, hasScanned, functions, unsettled }: ReadinessInput,
): string | undefined {
  if (!hasSource) return "the source of the functions has not been read yet";
  if (!hasScanned) return "the functions directory has not been scanned yet";
  const pending = [...functions].filter((state) => {
    const status = statusOf(state);
    return status === "checking" || status === "starting";
  }).length + unsettled.size;
  if (pending === 0) return undefined;
  return `${pending} function${pending === 1 ? " is" : "s are"} still starting`;
}
