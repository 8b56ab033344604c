import assert from "node:assert/strict";
import { nextRange, PAIRS_PER_RANGE, parseAddressRange } from "../../lib/namespace/address.ts";
import { addressPair6, addressRange6 } from "../../lib/namespace/address6.ts";
import { createLeasePool } from "../../lib/namespace/lease.ts";
import { ownerOf } from "../../lib/namespace/owner.ts";

const CIDR = "fdd5:2d1c:9b60::/48";
const first = parseAddressRange("10.213.0.0/16");

Deno.test("addressRange6() gives each IPv4 range its own /64", () => {
  assert.equal(addressRange6(CIDR, first).cidr, "fdd5:2d1c:9b60:ad5::/64");
  assert.equal(addressRange6(CIDR, nextRange(first)).cidr, "fdd5:2d1c:9b60:ad6::/64");
  const last = addressRange6(CIDR, parseAddressRange("223.255.0.0/16"));
  assert.equal(last.cidr, "fdd5:2d1c:9b60:dfff::/64");
});

Deno.test("addressPair6() returns both ends of a /127", () => {
  const range = addressRange6(CIDR, first);
  assert.deepEqual(addressPair6(range, 1), {
    host: "fdd5:2d1c:9b60:ad5::2",
    peer: "fdd5:2d1c:9b60:ad5::3",
  });
  assert.equal(addressPair6(range, PAIRS_PER_RANGE - 1).peer, "fdd5:2d1c:9b60:ad5::ffff");
});

Deno.test("a pool's leases have IPv6 addresses only with a range of them", () => {
  const owner = ownerOf("a1b2c3");
  assert.equal(createLeasePool(owner, first).take().addresses6, undefined);
  const { index, addresses6 } = createLeasePool(owner, first, addressRange6(CIDR, first)).take();
  assert.deepEqual(addresses6, addressPair6(addressRange6(CIDR, first), index));
});
