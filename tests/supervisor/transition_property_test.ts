import fc from "fast-check";
import type { FunctionState } from "../../lib/supervisor/state.ts";
import type { Event } from "../../lib/supervisor/step.ts";
import { transition } from "../../lib/supervisor/transition.ts";
import { failure, handStop, hang } from "./function_states.ts";
import { assertHeeded, assertNothingLost, assertSound } from "./lifecycle_invariants.ts";

const id = fc.integer({ min: 1, max: 8 });
const revision = fc.constantFrom("r1", "r2", "r3");
const desired = revision.map((one) => ({ directory: "/f/a", revision: one }));
const stage = fc.constantFrom("manifest", "check", "start", "host");
const failed = fc.tuple(stage, revision, fc.boolean(), fc.boolean()).map(
  ([one, revision, mayPass, isCostly]) => {
    if (one === "manifest" || !mayPass) return failure(one, { revision });
    return failure(one, { revision, isTransient: true, ...(isCostly ? { maxRetries: 2 } : {}) });
  },
);

/** Anything that may be said to a function, true or not. */
const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ type: fc.constantFrom("start", "replace"), name: fc.constant("a"), desired }),
  fc.record({ type: fc.constant("stop"), name: fc.constant("a") }),
  fc.record({
    type: fc.constantFrom("start", "replace"),
    name: fc.constant("a"),
    desired: desired.map((one) => ({ ...one, stoppedByHand: handStop() })),
  }),
  fc.record({ type: fc.constant("stop-by-hand"), stop: fc.constant(handStop()) }),
  fc.record({ type: fc.constantFrom("wanted", "reload", "backoff-over", "start-by-hand") }),
  fc.record({ type: fc.constantFrom("closed", "registered", "unused"), id }),
  fc.record({ type: fc.constant("registered"), id, folderFailure: failed }),
  fc.record({ type: fc.constant("registered"), id, isServed: fc.constant(true) }),
  fc.record({ type: fc.constant("checked"), id, revision }),
  fc.record({
    type: fc.constant("spawned"),
    id,
    pid: fc.constant(1),
    namespace: fc.constant(undefined),
  }),
  fc.record({ type: fc.constant("ready"), id, upstream: fc.constant("10.0.0.1:8000") }),
  fc.record({ type: fc.constant("failed"), id, failure: failed }),
  fc.record({
    type: fc.constant("failed"),
    id,
    failure: failed,
    hasSnapshotFailed: fc.constant(true),
  }),
  fc.record({
    type: fc.constant("hung"),
    id,
    hang: fc.constantFrom(hang("blocked"), hang("unhealthy")),
    wellAtMs: fc.nat({ max: 1_200_000 }),
  }),
  fc.record({ type: fc.constant("recovered"), id }),
  fc.record({ type: fc.constant("exited"), id, failure: fc.constant(failure("exit")) }),
);

Deno.test("transition() keeps a function consistent for events in any order", () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60, size: "max" }), (events) => {
      let state: FunctionState | undefined;
      let nextId = 1;
      for (const [index, event] of events.entries()) {
        const before = state;
        const step = transition(before, event, { nowMs: index * 20_000, nextId, chance: 1 });
        assertHeeded(before, event, step);
        assertNothingLost(before, event, step);
        if (step.state !== undefined) assertSound(step.state);
        for (const effect of step.effects) if (effect.type === "launch") nextId = effect.id + 1;
        state = step.state;
      }
    }),
    { numRuns: 6_000 },
  );
});
