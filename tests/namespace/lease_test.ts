import assert from "node:assert/strict";
import { PAIRS_PER_RANGE, parseAddressRange } from "../../lib/namespace/address.ts";
import { createLeasePool, type LeasePool } from "../../lib/namespace/lease.ts";
import { ownerOf } from "../../lib/namespace/owner.ts";

const owner = ownerOf("a1b2c3");
const LAST = PAIRS_PER_RANGE - 1;

function pool(): LeasePool {
  return createLeasePool(owner, parseAddressRange("10.213.0.0/16"));
}

Deno.test("take() returns matching names and addresses", () => {
  assert.deepEqual(pool().take(), {
    index: 1,
    namespace: `ddsrv-${owner.id}-1`,
    interface: `dd${owner.id}f1`,
    addresses: { host: "10.213.0.2", peer: "10.213.0.3", ordinal: 213 * 32_768 + 1 },
  });
});

Deno.test("take() reuses a released index after all others", () => {
  const { take, release } = pool();
  const first = take();
  release(first);
  for (let index = 2; index <= LAST; index++) assert.equal(take().index, index);
  assert.equal(take().index, 1);
});

Deno.test("take() throws when all are in use, and works again after a release", () => {
  const { take, release } = pool();
  const leases = Array.from({ length: LAST }, take);
  assert.equal(new Set(leases.map((lease) => lease.index)).size, LAST);
  assert.throws(take, {
    name: "RangeError",
    message: "All 32767 namespaces of 10.213.0.0/16 are in use",
  });
  release(leases[122]!);
  assert.equal(take().index, 123);
  assert.throws(take, RangeError);
});

Deno.test("release() of a lease twice frees it once", () => {
  const { take, release } = pool();
  const leases = Array.from({ length: LAST }, take);
  release(leases[0]!);
  release(leases[0]!);
  take();
  assert.throws(take, RangeError);
});
