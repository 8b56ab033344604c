import fc from "fast-check";
import assert from "node:assert/strict";
import { assertQuiet, assertWhole } from "./lifecycle_claims.ts";
import { LifecycleModel } from "./lifecycle_model.ts";
import { comeToRest, history, move, sufferHostFault } from "./lifecycle_steps.ts";

Deno.test("transition() and reconcile() converge to the folders after any history", () => {
  fc.assert(
    fc.property(history, (steps) => {
      const model = new LifecycleModel();
      for (const step of steps) {
        move(model, step);
        assertWhole(model);
      }
      comeToRest(model);
      assertWhole(model);
      assertQuiet(model);
      for (let step = 0; step < 4; step++) {
        assert.equal(sufferHostFault(model, step), 0, "a fault of the host's is no new code");
        comeToRest(model);
        assertQuiet(model);
      }
    }),
    { numRuns: 8_000 },
  );
});
