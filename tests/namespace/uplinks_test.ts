import assert from "node:assert/strict";
import type { Egress } from "../../lib/config/egress.ts";
import { findUplinks } from "../../lib/namespace/network.ts";
import { addressPair, parseAddressRange } from "../../lib/namespace/address.ts";
import { createLeasePool } from "../../lib/namespace/lease.ts";
import { isFunctionInterface, ownerOf } from "../../lib/namespace/owner.ts";

const range = parseAddressRange("10.213.0.0/16");
const other = createLeasePool(ownerOf("d4e5f6"), range).take();

const routes = [
  { dst: "default", dev: "eth0" },
  { dst: "10.0.0.0/8", dev: "wg0" },
  { dst: `${addressPair(range, 1).host}/31`, dev: other.interface },
  { dst: "198.51.100.0/24" },
];

const cases: readonly [egress: Egress, expected: readonly string[]][] = [
  ["none", []],
  ["internet", ["eth0"]],
  ["full", ["eth0", "wg0"]],
  [{ rules: [], isPublicOnly: false }, ["eth0", "wg0"]],
];

for (const [egress, expected] of cases) {
  Deno.test(`findUplinks() for ${JSON.stringify(egress)} excludes interfaces of functions`, () => {
    assert.deepEqual([...findUplinks(routes, egress)], expected);
  });
}

Deno.test("isFunctionInterface() matches only interfaces of functions, of every owner", () => {
  assert.ok(isFunctionInterface(other.interface));
  for (const name of ["eth0", "dd0", "ddabcdef", "ddabcdeff", "docker0", "ddabcdeff1x"]) {
    assert.ok(!isFunctionInterface(name), name);
  }
});
