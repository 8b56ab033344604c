import assert from "node:assert/strict";
import { drainLimits } from "../../lib/supervisor/drain_limits.ts";

const policy = { stopGraceMs: 5, drainMs: 30, backgroundTimeoutMs: 300 };

const rows = [
  ["replaced", 0, 30, 300],
  ["unused", 0, 30, 0],
  ["unused", 1, 30, 300],
  ["stopped", 1, 5, 5],
  ["stopped-by-hand", 1, 30, 300],
  ["hung", 1, 0, 0],
] as const;

for (const [because, inFlight, drainMs, backgroundMs] of rows) {
  Deno.test(`drainLimits() of a ${because} instance with ${inFlight} requests`, () => {
    assert.deepEqual(drainLimits(because, { policy, inFlight }), { drainMs, backgroundMs });
  });
}
