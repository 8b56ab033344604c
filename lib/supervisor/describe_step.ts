import { statusOf } from "./state.ts";
import type { Event, Step } from "./transition.ts";

/**
 * One event and what it leads to, for whoever looks for a fault of the supervisor's.
 *
 * @example
 * ```ts
 * import { describeStep } from "./describe_step.ts";
 * describeStep({ type: "wanted" }, { state: undefined, effects: [] }); // "wanted -> gone"
 * ```
 */
export function describeStep(event: Event, { state, effects }: Step): string {
  const what = "id" in event ? `${event.type} ${event.id}` : event.type;
  const status = state === undefined ? "gone" : statusOf(state);
  const todo = effects.map((effect) => `; ${effect.type} ${effect.id}`).join("");
  return `${what} -> ${status}${todo}`;
}
