import assert from "node:assert/strict";
import { completeLimits, type Limits } from "../../lib/config/limits.ts";

Deno.test("completeLimits() gives a client a quarter of the whole, and at least one", () => {
  const shareOf = (given: Partial<Limits>): number => completeLimits(given).maxConnectionsPerPeer;
  assert.equal(shareOf({}), 4_096);
  assert.equal(shareOf({ maxConnections: 1_000 }), 250);
  assert.equal(shareOf({ maxConnections: 1 }), 1);
  assert.equal(shareOf({ maxConnections: Infinity }), Infinity);
  assert.equal(shareOf({ maxConnections: 1_000, maxConnectionsPerPeer: 7 }), 7);
});
