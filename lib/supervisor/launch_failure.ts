import type { LaunchOutcome } from "./open_instance.ts";

/**
 * Returns the outcome of a launch that threw: a failure of the host, which ddsrv retries. It is
 * aborted only if its own signal has aborted: after any other `AbortError`, nobody else would start
 * the function.
 *
 * @example
 * ```ts
 * import { launchFailure } from "./launch_failure.ts";
 * launchFailure(new Error("No space left"), { revision: "r1", signal: AbortSignal.abort() });
 * // { type: "aborted" }
 * ```
 */
export function launchFailure(
  { message: detail }: Error,
  { revision, signal }: { readonly revision: string; readonly signal: AbortSignal },
): LaunchOutcome {
  if (signal.aborted) return { type: "aborted" };
  const reason = "Cannot start the function";
  return {
    type: "failed",
    failure: { stage: "host", isTransient: true, reason, detail, revision },
  };
}
