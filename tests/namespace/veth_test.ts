import assert from "node:assert/strict";
import { deriveOwner } from "../../lib/namespace/owner.ts";
import { closeBatch, openCommand, openHostBatch, openPeerBatch } from "../../lib/namespace/veth.ts";

const owner = deriveOwner("/run/test.sock");
const lease = {
  index: 1,
  namespace: "ddsrv-0a1b2c-1",
  interface: "dd0a1b2cf1",
  addresses: { host: "10.213.0.2", peer: "10.213.0.3", ordinal: 1 },
};
const plan = { lease, alias: "ddsrv:0a1b2c:hello" };
const other = {
  lease: {
    index: 2,
    namespace: "ddsrv-0a1b2c-2",
    interface: "dd0a1b2cf2",
    addresses: { host: "10.213.0.4", peer: "10.213.0.5", ordinal: 2 },
  },
  alias: "ddsrv:0a1b2c:$(reboot)",
};

Deno.test("openHostBatch() makes the namespace, the link and the host's address", () => {
  assert.equal(
    openHostBatch(plan),
    `netns add ddsrv-0a1b2c-1
link add dd0a1b2cf1 type veth peer name eth0 netns ddsrv-0a1b2c-1
link set dd0a1b2cf1 addrgenmode none
link set dd0a1b2cf1 alias ddsrv:0a1b2c:hello up
addr add 10.213.0.2/31 dev dd0a1b2cf1
`,
  );
});

Deno.test("openPeerBatch() gives the function's end its address and its way out", () => {
  assert.equal(
    openPeerBatch(lease),
    `link set lo mtu 1500 gso_max_size 4096 up
link set eth0 addrgenmode none
addr add 10.213.0.3/31 dev eth0
link set eth0 up
route add default via 10.213.0.2
`,
  );
});

Deno.test("openCommand() has all of the host's side in one argument, each peer in two more", () => {
  const [program, ...args] = openCommand([plan, other]);
  assert.equal(program, "sh");
  assert.deepEqual(args.slice(3), [
    openHostBatch(plan) + openHostBatch(other),
    ...[lease.namespace, openPeerBatch(lease)],
    ...[other.lease.namespace, openPeerBatch(other.lease)],
  ]);
});

Deno.test("openCommand() has the same script for whatever is opened", () => {
  assert.deepEqual(openCommand([plan]).slice(0, 4), openCommand([other, plan]).slice(0, 4));
});

Deno.test("closeBatch() takes all links together, before the first namespace", () => {
  const links = [lease.interface, other.lease.interface];
  const namespaces = [lease.namespace, other.lease.namespace];
  assert.equal(
    closeBatch(owner, { links, namespaces }),
    `link set dd0a1b2cf1 group ${owner.linkGroup}
link set dd0a1b2cf2 group ${owner.linkGroup}
link del group ${owner.linkGroup}
netns del ddsrv-0a1b2c-1
netns del ddsrv-0a1b2c-2
`,
  );
});

Deno.test("closeBatch() has no group to take away where no link is named", () => {
  assert.equal(closeBatch(owner, { links: [], namespaces: ["a"] }), "netns del a\n");
  assert.equal(closeBatch(owner, { links: [], namespaces: [] }), "");
});
