import assert from "node:assert/strict";
import { parseAddressRange } from "../../lib/namespace/address.ts";
import type { Ipv6Facts } from "../../lib/namespace/ipv6_problem.ts";
import { chooseIpv6 } from "../../lib/namespace/ipv6_support.ts";
import type { Ipv6Mode } from "../../lib/config/ipv6_mode.ts";

const WELL: Ipv6Facts = {
  disabled: "0\n",
  forwarding: "possible",
  tableError: undefined,
  addresses: ["3ffe:ffff::1"],
  routes: [{ dst: "default", dev: "eth0" }],
};

/** Returns the range, or the error, and the warnings. */
async function choose(mode: Ipv6Mode, facts: Partial<Ipv6Facts>): Promise<string[]> {
  const warnings: string[] = [];
  const range6 = await chooseIpv6({
    mode,
    addressRange6: "fdd5:2d1c:9b60::/48",
    range: parseAddressRange("10.213.0.0/16"),
    onWarning: (message) => warnings.push(message),
    run: () => Promise.reject(new Error("nothing runs")),
    read: () => Promise.resolve({ ...WELL, ...facts }),
  }).catch((error: Error) => ({ cidr: error.message }));
  return [range6?.cidr ?? "none", ...warnings];
}

Deno.test("chooseIpv6() gives functions IPv6 where the host can, unless it is off", async () => {
  for (const mode of ["auto", "on"] as const) {
    assert.deepEqual(await choose(mode, {}), ["fdd5:2d1c:9b60:ad5::/64"]);
  }
  assert.deepEqual(await choose("off", {}), ["none"]);
});

Deno.test("chooseIpv6() with auto warns only if the host itself uses IPv6", async () => {
  assert.deepEqual(await choose("auto", { addresses: [] }), ["none"]);
  const [range, warning] = await choose("auto", { tableError: "no such file" });
  assert.equal(range, "none");
  assert.match(warning!, /^Functions have no IPv6: nftables .*\. Load .*\. Or choose --ipv6=off$/);
});

Deno.test("chooseIpv6() with on fails if the host cannot, and needs no public address", async () => {
  assert.deepEqual(await choose("on", { addresses: [] }), ["fdd5:2d1c:9b60:ad5::/64"]);
  const [error] = await choose("on", { forwarding: "impossible" });
  assert.match(error!, /^Functions cannot have IPv6: this kernel .*\. Or choose --ipv6=off$/);
});
