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
];

for (const [net, egress, expected] of cases) {
  Deno.test(`withEgress() combines net ${net} and egress ${JSON.stringify(egress)}`, () => {
    assert.deepEqual(withEgress({ ...defaultPermissions, net }, egress).net, expected);
  });
}
