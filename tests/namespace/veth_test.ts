import assert from "node:assert/strict";
import { ownerOf } from "../../lib/namespace/owner.ts";
import { closeBatch, openCommand, openHostBatch, openPeerBatch } from "../../lib/namespace/veth.ts";

const owner = ownerOf("a1b2c3");
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

Deno.test("openHostBatch() creates the namespace, the link and the host's address", () => {
  assert.equal(
    openHostBatch(plan),
    `netns add ddsrv-0a1b2c-1
link add dd0a1b2cf1 address 02:dd:0a:d5:00:02 type veth peer name eth0 address 02:dd:0a:d5:00:03 netns ddsrv-0a1b2c-1
link set dd0a1b2cf1 addrgenmode none
link set dd0a1b2cf1 alias ddsrv:0a1b2c:hello up
addr add 10.213.0.2/31 dev dd0a1b2cf1
neigh add 10.213.0.3 lladdr 02:dd:0a:d5:00:03 dev dd0a1b2cf1 nud permanent
`,
  );
});

Deno.test("openPeerBatch() sets the address and the route of the function's end", () => {
  assert.equal(
    openPeerBatch(lease),
    `link set lo mtu 1500 gso_max_size 4096 up
link set eth0 addrgenmode none
addr add 10.213.0.3/31 dev eth0
link set eth0 up
neigh add 10.213.0.2 lladdr 02:dd:0a:d5:00:02 dev eth0 nud permanent
route add default via 10.213.0.2
`,
  );
});

Deno.test("openCommand() has two arguments for the host's side, and four for each peer", () => {
  const [program, ...args] = openCommand([plan, other]);
  assert.equal(program, "sh");
  assert.deepEqual(args.slice(3), [
    openHostBatch(plan) + openHostBatch(other),
    "",
    ...[lease.namespace, openPeerBatch(lease), "", ""],
    ...[other.lease.namespace, openPeerBatch(other.lease), "", ""],
  ]);
});

const addresses6 = { host: "fdd5:2d1c:9b60:ad5::2", peer: "fdd5:2d1c:9b60:ad5::3" };
const plan6 = { ...plan, lease: { ...lease, addresses6 } };

Deno.test("openHostBatch() and openPeerBatch() add addresses, neighbours and the route of IPv6", () => {
  const added = (text: string, without: string): string[] =>
    text.split("\n").filter((line) => !without.split("\n").includes(line));
  assert.deepEqual(added(openHostBatch(plan6), openHostBatch(plan)), [
    "addr add fdd5:2d1c:9b60:ad5::2/127 dev dd0a1b2cf1 nodad",
    "neigh add fdd5:2d1c:9b60:ad5::3 lladdr 02:dd:0a:d5:00:03 dev dd0a1b2cf1 nud permanent",
  ]);
  assert.deepEqual(added(openPeerBatch(plan6.lease), openPeerBatch(lease)), [
    "addr add fdd5:2d1c:9b60:ad5::3/127 dev eth0 nodad",
    "neigh add fdd5:2d1c:9b60:ad5::2 lladdr 02:dd:0a:d5:00:02 dev eth0 nud permanent",
    "route add default via fdd5:2d1c:9b60:ad5::2",
  ]);
});

Deno.test("openCommand() ignores router advertisements and redirects in a namespace with IPv6", () => {
  const script = openCommand([plan6]).at(-1)!;
  for (const setting of ["accept_ra", "accept_redirects"]) assert.ok(script.includes(setting));
});

Deno.test("openCommand() limits the bandwidth of both ends of a link", () => {
  const [, , , , ...args] = openCommand([plan, { ...other, bandwidthBits: 8_000_000 }]);
  const queue = "root tbf rate 8000000bit burst 20000b latency 100ms";
  assert.deepEqual([args[1], args[4], args[8]], [
    `qdisc add dev dd0a1b2cf2 ${queue}\n`,
    "",
    `qdisc add dev eth0 ${queue}\n`,
  ]);
  const [, , , , , slow = ""] = openCommand([{ ...plan, bandwidthBits: 64_000 }]);
  assert.match(slow, /rate 64000bit burst 16384b /);
});

Deno.test("openCommand() always has the same script", () => {
  assert.deepEqual(openCommand([plan]).slice(0, 4), openCommand([other, plan]).slice(0, 4));
});

Deno.test("closeBatch() deletes all links together, before the first namespace", () => {
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

Deno.test("closeBatch() deletes no group without links", () => {
  assert.equal(closeBatch(owner, { links: [], namespaces: ["a"] }), "netns del a\n");
  assert.equal(closeBatch(owner, { links: [], namespaces: [] }), "");
});
