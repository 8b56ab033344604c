import assert from "node:assert/strict";
import { PAIRS_PER_RANGE } from "../../lib/namespace/address.ts";
import { ownerOf } from "../../lib/namespace/owner.ts";

Deno.test("ownerOf() returns names that contain the id and fit the kernel", () => {
  const owner = ownerOf("a1b2c3");
  const { id, table, interfacePrefix, namespacePrefix, aliasPrefix } = owner;
  for (const name of [id, table, interfacePrefix, namespacePrefix, aliasPrefix]) {
    assert.ok(name.includes("a1b2c3"), name);
  }
  assert.match(table, /^[a-z_][a-z0-9_]*$/);
  // IFNAMSIZ is 16 with the NUL.
  assert.ok(`${interfacePrefix}${PAIRS_PER_RANGE - 1}`.length <= 15);
});

Deno.test("ownerOf() returns a link group that ip(8) accepts and no other link uses", () => {
  const groups = ["000000", "a1b2c3", "ffffff"].map((id) => ownerOf(id).linkGroup);
  assert.equal(new Set(groups).size, 3);
  for (const group of groups) assert.ok(2 ** 30 <= group && group < 2 ** 31, String(group));
});

Deno.test("ownerOf() returns prefixes that match no other owner's names", () => {
  const [a, b] = [ownerOf("a1b2c3"), ownerOf("a1b2c4")];
  assert.ok(!`${a.interfacePrefix}1`.startsWith(b.interfacePrefix));
  assert.ok(!`${a.namespacePrefix}1`.startsWith(b.namespacePrefix));
  assert.ok(!`${a.aliasPrefix}x`.startsWith(b.aliasPrefix));
});
