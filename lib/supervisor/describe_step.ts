import { statusOf } from "./state.ts";
import type { Event, Step } from "./step.ts";

/**
 * Formats one event and its result, for debug output.
 *
 * @example
 * ```ts
 * import { describeStep } from "./describe_step.ts";
 * describeStep({ type: "wanted" }, { state: undefined, effects: [] }); // "wanted -> gone"
 * ```
 */
export function describeStep(event: Event, { state, effects }: Step): string {
  const cause = "id" in event ? `${event.type} ${event.id}` : event.type;
  const status = state === undefined ? "gone" : statusOf(state);
  const actions = effects.map((effect) => `; ${effect.type} ${effect.id}`).join("");
  return `${cause} -> ${status}${actions}`;
}
