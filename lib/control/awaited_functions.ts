import { type FunctionState, statusOf } from "../supervisor/state.ts";

/** What readiness goes by. */
export interface ReadinessInput {
  /** Whether the folders have been looked at. */
  readonly hasScanned: boolean;
  readonly functions: Iterable<FunctionState>;
  /** Functions whose files were not at rest. */
  readonly unsettled: ReadonlySet<string>;
}

/**
 * What is still waited for before the first request should come, in words; `undefined` when that is
 * nothing. Functions that have failed hold up nobody: the others serve.
 */
export function awaited({ hasScanned, functions, unsettled }: ReadinessInput): string | undefined {
  if (!hasScanned) return "the functions directory has not been read yet";
  const pending = [...functions].filter((state) => {
    const status = statusOf(state);
    return status === "checking" || status === "starting";
  }).length + unsettled.size;
  if (pending === 0) return undefined;
  return `${pending} function${pending === 1 ? " is" : "s are"} still coming up`;
}
