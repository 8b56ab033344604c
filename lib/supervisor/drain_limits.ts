import type { FunctionPolicy } from "../function/policy.ts";
import type { EffectOf } from "./step.ts";
import type { DrainOptions } from "./drain_instance.ts";

/** Settings that limit the drain of an instance. */
export type DrainPolicy = Pick<FunctionPolicy, "stopGraceMs" | "drainMs" | "backgroundTimeoutMs">;

/** Options of {@linkcode drainLimits}. */
export interface DrainLimitsOptions {
  readonly policy: DrainPolicy;
  /** In-flight requests of the instance. */
  readonly inFlight: number;
}

/**
 * Returns the time in which a closing instance may finish its requests and its background work.
 *
 * @example
 * ```ts
 * import { drainLimits } from "./drain_limits.ts";
 * const policy = { stopGraceMs: 5_000, drainMs: 30_000, backgroundTimeoutMs: 300_000 };
 * drainLimits("stopped", { policy, inFlight: 1 }); // { drainMs: 5_000, backgroundMs: 5_000 }
 * ```
 */
export function drainLimits(
  because: EffectOf<"close">["because"],
  { policy, inFlight }: DrainLimitsOptions,
): Pick<DrainOptions, "drainMs" | "backgroundMs"> {
  const { stopGraceMs, drainMs, backgroundTimeoutMs } = policy;
  switch (because) {
    case "hung":
      return { drainMs: 0, backgroundMs: 0 };
    case "stopped":
      return { drainMs: stopGraceMs, backgroundMs: stopGraceMs };
    case "unused":
      // It has no work, or its time is over. A last request may leave some behind.
      return { drainMs, backgroundMs: inFlight > 0 ? backgroundTimeoutMs : 0 };
    case "replaced":
    case "stopped-by-hand":
      return { drainMs, backgroundMs: backgroundTimeoutMs };
    default:
      return because satisfies never;
  }
}
