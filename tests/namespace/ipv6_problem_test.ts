import assert from "node:assert/strict";
import { parseAddressRange } from "../../lib/namespace/address.ts";
import { addressRange6 } from "../../lib/namespace/address6.ts";
import {
  findIpv6Problem,
  type Ipv6Facts,
  type Ipv6Problem,
} from "../../lib/namespace/ipv6_problem.ts";

const WELL: Ipv6Facts = {
  disabled: "0\n",
  forwarding: "possible",
  tableError: undefined,
  addresses: ["fd00::1", "3ffe:ffff::1"],
  routes: [{ dst: "3ffe:ffff::/64", dev: "eth0" }, { dst: "default", dev: "eth0" }],
};

const range6 = addressRange6("fdd5:2d1c:9b60::/48", parseAddressRange("10.213.0.0/16"));

const rows: readonly [
  what: string,
  facts: Partial<Ipv6Facts>,
  auto: Pick<Ipv6Problem, "isSurprising"> & { readonly reason: RegExp } | undefined,
  isOnTheSame: boolean,
][] = [
  ["a host with a public path", {}, undefined, true],
  ["a kernel without IPv6", { disabled: undefined }, {
    reason: /^the kernel has no IPv6$/,
    isSurprising: false,
  }, true],
  ["a host that disables it", { disabled: "1\n" }, {
    reason: /^the host disables it/,
    isSurprising: false,
  }, true],
  ["an old kernel", { forwarding: "impossible" }, {
    reason: /^this kernel \(before Linux 6\.17\) can forward IPv6 only on all interfaces/,
    isSurprising: true,
  }, true],
  ["an old kernel on a host without IPv6 addresses", { forwarding: "impossible", addresses: [] }, {
    reason: /^this kernel/,
    isSurprising: false,
  }, true],
  ["read-only settings", { forwarding: "read-only" }, {
    reason: /^\/proc\/sys is read-only/,
    isSurprising: true,
  }, true],
  ["nftables without NAT", { tableError: "no such file" }, {
    reason: /^nftables cannot filter and translate it \(no such file\)$/,
    isSurprising: true,
  }, true],
  ["a wider route", { routes: [...WELL.routes, { dst: "fc00::/7" }] }, undefined, true],
  ["a route within the range", { routes: [...WELL.routes, { dst: "fdd5:2d1c:9b60:ad5::7" }] }, {
    reason:
      /^the host already has a route to fdd5:2d1c:9b60:ad5::7, within fdd5:2d1c:9b60:ad5::\/64$/,
    isSurprising: true,
  }, true],
  ["private addresses alone", { addresses: ["fd00::1", "2001:db8::1"] }, {
    reason: /^the host has no public IPv6 address$/,
    isSurprising: false,
  }, false],
  ["no default route", { routes: [{ dst: "3ffe:ffff::/64" }] }, {
    reason: /^the host has no default route/,
    isSurprising: false,
  }, false],
];

for (const [what, facts, auto, isOnTheSame] of rows) {
  Deno.test(`findIpv6Problem() of ${what}`, () => {
    const found = findIpv6Problem({ ...WELL, ...facts }, { mode: "auto", range6 });
    assert.equal(found?.isSurprising, auto?.isSurprising);
    if (auto !== undefined) assert.match(found!.reason, auto.reason);
    const on = findIpv6Problem({ ...WELL, ...facts }, { mode: "on", range6 });
    assert.deepEqual(on, isOnTheSame ? found : undefined);
  });
}
