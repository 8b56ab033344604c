import assert from "node:assert/strict";
import { PAIRS_PER_RANGE } from "../../lib/namespace/address.ts";
import { deriveOwner } from "../../lib/namespace/owner.ts";

const SOCKET = "/run/ddsrv/ddsrv.sock";

Deno.test("deriveOwner() gives the same owner after a restart", () => {
  assert.deepEqual(deriveOwner(SOCKET), deriveOwner(SOCKET));
});

Deno.test("deriveOwner() gives each socket an owner of its own", () => {
  const ids = ["/a", "/b", "/a/", SOCKET].map((socket) => deriveOwner(socket).id);
  assert.equal(new Set(ids).size, 4);
});

Deno.test("deriveOwner() gives names that carry the id and fit the kernel", () => {
  const owner = deriveOwner(SOCKET);
  assert.match(owner.id, /^[0-9a-f]{6}$/);
  const { table, interfacePrefix, namespacePrefix, aliasPrefix } = owner;
  for (const name of [table, interfacePrefix, namespacePrefix, aliasPrefix]) {
    assert.ok(name.includes(owner.id), name);
  }
  assert.match(table, /^[a-z_][a-z0-9_]*$/);
  // IFNAMSIZ is 16 with the NUL.
  assert.ok(`${interfacePrefix}${PAIRS_PER_RANGE - 1}`.length <= 15);
});

Deno.test("deriveOwner() gives a group of links that ip(8) takes, and that no other link is in", () => {
  const groups = ["/a", "/b", SOCKET].map((socket) => deriveOwner(socket).linkGroup);
  assert.equal(new Set(groups).size, 3);
  for (const group of groups) assert.ok(2 ** 30 <= group && group < 2 ** 31, String(group));
});

Deno.test("deriveOwner() gives prefixes of which none begins another owner's name", () => {
  const [a, b] = [deriveOwner("/a"), deriveOwner("/b")];
  assert.ok(!`${a.interfacePrefix}1`.startsWith(b.interfacePrefix));
  assert.ok(!`${a.namespacePrefix}1`.startsWith(b.namespacePrefix));
  assert.ok(!`${a.aliasPrefix}x`.startsWith(b.aliasPrefix));
});
