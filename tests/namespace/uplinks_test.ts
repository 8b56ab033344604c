import assert from "node:assert/strict";
import type { Egress } from "../../lib/config/egress.ts";
import { createUplinks, findUplinks, type Uplinks } from "../../lib/namespace/uplinks.ts";
import { addressPair, parseAddressRange } from "../../lib/namespace/address.ts";
import type { Family } from "../../lib/namespace/host.ts";
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

const routes6 = [{ dst: "default", dev: "eth1" }, { dst: "::1", dev: "lo" }];

const cases: readonly [egress: Egress, expected: readonly string[]][] = [
  ["none", []],
  ["internet", ["eth0"]],
  ["full", ["eth0", "wg0"]],
  [{ rules: [], isPublicOnly: false }, ["eth0", "wg0"]],
  [{ rules: [], isPublicOnly: true }, ["eth0"]],
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

/** Uplinks of a host with the routes above, and the interfaces that forward. */
function open(
  failing: Set<string> = new Set(),
  families: readonly Family[] = ["ipv4"],
): {
  readonly uplinks: Uplinks;
  readonly forwarding: string[];
} {
  const forwarding: string[] = [];
  const uplinks = createUplinks({
    owner: ownerOf("a1b2c3"),
    run: (command) => Promise.resolve(JSON.stringify(command.includes("-6") ? routes6 : routes)),
    families,
    share({ interface: name, family }) {
      const uplink = family === "ipv6" ? `${name} ${family}` : name;
      if (failing.delete(uplink)) return Promise.reject(new Error(uplink));
      forwarding.push(uplink);
      return Promise.resolve({
        [Symbol.asyncDispose]() {
          forwarding.splice(forwarding.indexOf(uplink), 1);
          return Promise.resolve();
        },
      });
    },
  });
  return { uplinks, forwarding };
}

Deno.test("createUplinks() opens more interfaces when a function may reach more", async () => {
  const { uplinks, forwarding } = open();
  await uplinks.open("none");
  assert.deepEqual(forwarding, []);
  await uplinks.open("internet");
  await uplinks.open({ rules: [], isPublicOnly: true });
  assert.deepEqual(forwarding, ["eth0"]);
  await Promise.all([
    uplinks.open("full"),
    uplinks.open({ rules: [], isPublicOnly: false }),
    uplinks.open("none"),
  ]);
  assert.deepEqual(forwarding, ["eth0", "wg0"]);
  await uplinks[Symbol.asyncDispose]();
  assert.deepEqual(forwarding, []);
});

Deno.test("createUplinks() tries again after a failure", async () => {
  const { uplinks, forwarding } = open(new Set(["wg0"]));
  await assert.rejects(uplinks.open("full"), /wg0/);
  assert.deepEqual(forwarding, ["eth0"]);
  await uplinks.open("full");
  assert.deepEqual(forwarding, ["eth0", "wg0"]);
  await uplinks[Symbol.asyncDispose]();
});

Deno.test("uplinks of both families forward, without loopback", async () => {
  const { uplinks, forwarding } = open(new Set(), ["ipv4", "ipv6"]);
  await uplinks.open("full");
  assert.deepEqual(forwarding, ["eth0", "wg0", "eth1 ipv6"]);
  await uplinks[Symbol.asyncDispose]();
  assert.deepEqual(forwarding, []);
});
