import assert from "node:assert/strict";
import { peerOwner } from "../../../../cli/commands/debug/peer_owner.ts";

const TCP =
  `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:240D 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 100 1
   1: 0100007F:240D 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 101 1
   2: 0100007F:C350 0100007F:240D 01 00000000:00000000 00:00000000 00000000  1000        0 102 1
   3: 0200007F:C350 0100007F:240D 01 00000000:00000000 00:00000000 00000000  1001        0 103 1
`;
const TCP6 = `  sl  local_address                         remote_address                        st
   0: 0000000000000000FFFF00000100007F:C351 0000000000000000FFFF00000100007F:240D 01 0:0 00:0 0 1002 0 104 1
`;

Deno.test("peerOwner() returns the user at the other end of a connection", () => {
  const rows: readonly (readonly [hostname: string, port: number, uid: number | undefined])[] = [
    ["127.0.0.1", 50_000, 1000],
    ["127.0.0.2", 50_000, 1001],
    ["127.0.0.1", 50_001, 1002],
    ["127.0.0.1", 50_002, undefined],
    ["127.0.0.3", 50_000, undefined],
  ];
  for (const [hostname, port, uid] of rows) {
    assert.equal(peerOwner([TCP, TCP6], { hostname, port, ownPort: 9229 }), uid);
  }
  assert.equal(
    peerOwner([TCP], { hostname: "127.0.0.1", port: 50_000, ownPort: 9230 }),
    undefined,
  );
});

Deno.test("peerOwner() does not take a closed connection of the same port for an open one", () => {
  const closed = "0: 0100007F:C350 0200007F:240D 06 0:0 03:0 0 0 0 0 3";
  const ended = "1: 0100007F:C350 0100007F:240D 06 0:0 03:0 0 0 0 0 3";
  const open = "2: 0100007F:C350 0100007F:240D 01 0:0 00:0 0 1001 0 102 1";
  const asked = { hostname: "127.0.0.1", port: 50_000, ownPort: 9229 };
  assert.equal(peerOwner([["sl", closed, ended, open].join("\n")], asked), 1001);
  assert.equal(peerOwner([["sl", closed, ended].join("\n")], asked), undefined);
});

Deno.test("peerOwner() finds the owner of a real connection in the kernel's table", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using _client = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  using accepted = await listener.accept();
  const { hostname, port } = accepted.remoteAddr;
  const table = await Deno.readTextFile("/proc/self/net/tcp");
  assert.equal(peerOwner([table], { hostname, port, ownPort: listener.addr.port }), Deno.uid());
});
