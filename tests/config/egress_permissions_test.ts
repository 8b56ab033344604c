import assert from "node:assert/strict";
import { type Egress, parseEgress } from "../../lib/config/egress.ts";
import { defaultPermissions, type Permission } from "../../lib/config/permissions.ts";
import { withEgress } from "../../lib/config/egress_permissions.ts";

const list = parseEgress("a.test:443,192.0.2.1:80");

const cases: readonly [net: Permission, egress: Egress, expected: Permission][] = [
  [true, "full", true],
  [true, "internet", true],
  [true, "none", false],
  [true, list, ["a.test:443", "192.0.2.1:80"]],
  [false, "full", false],
  [false, list, false],
  [["a.test:443", "b.test:1"], list, ["a.test:443"]],
  [["b.test:1"], "full", ["b.test:1"]],
  [true, parseEgress("[2001:db8::1],[2001:db8::2]:443"), ["[2001:db8::1]", "[2001:db8::2]:443"]],
];

for (const [net, egress, expected] of cases) {
  Deno.test(`withEgress() combines net ${net} and egress ${JSON.stringify(egress)}`, () => {
    assert.deepEqual(withEgress({ ...defaultPermissions, net }, egress).net, expected);
  });
}

Deno.test("withEgress() refuses an IPv6 network, which Deno's permissions don't know", () => {
  assert.throws(() => withEgress(defaultPermissions, parseEgress("2001:db8::/32")), {
    name: "RangeError",
    message:
      /^Egress has the IPv6 network "2001:db8::\/32", but without isolation only Deno limits/,
  });
});
