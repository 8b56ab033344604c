import assert from "node:assert/strict";
import { parseEgress } from "../../lib/config/egress.ts";
import {
  hostProblems,
  ipv6Problems,
  isHostAddress,
  readHostAddresses,
} from "../../lib/namespace/host_addresses.ts";

const HOST = new Set(["127.0.0.1", "10.0.0.5", "10.213.0.12", "2001:db8::5"]);

const cases: readonly [egress: string, addresses: readonly string[]][] = [
  ["none", []],
  ["full", []],
  ["10.0.0.5:5432", ["10.0.0.5"]],
  ["10.0.0.5, 10.0.0.5:80, 10.0.0.6:80", ["10.0.0.5"]],
  ["10.213.0.12:80", ["10.213.0.12"]],
  ["127.0.0.1:80", ["127.0.0.1"]],
  ["127.0.0.53:53", ["127.0.0.53"]],
  ["127.0.0.0/8", ["127.0.0.0"]],
  ["10.0.0.0/8", []],
  ["10.0.0.4/31", []],
  ["api.example.com:443", []],
  ["[2001:db8::5]:443", ["2001:db8::5"]],
  ["[2001:DB8:0::5]", ["2001:db8::5"]],
  ["2001:db8::/32", []],
];

for (const [egress, addresses] of cases) {
  Deno.test(`hostProblems() of egress ${egress}`, () => {
    assert.deepEqual(
      hostProblems(parseEgress(egress), () => HOST),
      addresses.map((address) =>
        `Egress names ${address}, which is an address of this host: functions cannot reach the ` +
        "host. Run the service on another host, or remove the address from egress"
      ),
    );
  });
}

Deno.test("ipv6Problems() names an IPv6 destination of a list", () => {
  for (const text of ["none", "full", "10.0.0.0/8", "api.example.com:443"]) {
    assert.deepEqual(ipv6Problems(parseEgress(text)), []);
  }
  assert.deepEqual(ipv6Problems(parseEgress("10.0.0.0/8,[2001:db8::1]:443,fd77::/16")), [
    "Egress names [2001:db8::1]:443, but functions have no IPv6 here. ddsrv doctor says why; with " +
    "--ipv6=on, ddsrv does not start without it",
  ]);
});

Deno.test("isHostAddress() knows the host's addresses and all loopback addresses", () => {
  assert.ok(isHostAddress("10.0.0.5", HOST));
  assert.ok(isHostAddress("127.0.0.53", HOST));
  assert.ok(!isHostAddress("10.0.0.6", HOST));
  assert.ok(isHostAddress("2001:db8:0:0::5", HOST));
  assert.ok(isHostAddress("::1", HOST));
  assert.ok(!isHostAddress("2001:db8::6", HOST));
});

Deno.test("readHostAddresses() returns the addresses of loopback among others", () => {
  assert.ok(readHostAddresses().has("127.0.0.1"));
});
