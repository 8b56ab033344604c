import assert from "node:assert/strict";
import { closeBatch, openHostBatch, openPeerBatch } from "../../lib/namespace/veth.ts";

const lease = {
  index: 1,
  namespace: "ddsrv-0a1b2c-1",
  interface: "dd0a1b2cf1",
  addresses: { host: "10.213.0.2", peer: "10.213.0.3", ordinal: 1 },
};

Deno.test("openHostBatch() makes the namespace, the link and the host's address", () => {
  assert.equal(
    openHostBatch(lease, "ddsrv:0a1b2c:hello"),
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
    `link set lo up
link set eth0 addrgenmode none
addr add 10.213.0.3/31 dev eth0
link set eth0 up
route add default via 10.213.0.2
`,
  );
});

Deno.test("closeBatch() takes all links before the first namespace", () => {
  const other = { interface: "dd0a1b2cf2", namespace: "ddsrv-0a1b2c-2" };
  assert.equal(
    closeBatch([lease, other]),
    `link del dd0a1b2cf1
link del dd0a1b2cf2
netns del ddsrv-0a1b2c-1
netns del ddsrv-0a1b2c-2
`,
  );
  assert.equal(closeBatch([]), "");
});
