import { equal } from "node:assert/strict";
import { once } from "node:events";
import { openListener } from "../../lib/proxy/listener.ts";
import { peerOf } from "../../lib/proxy/peer.ts";
import { PeerTable } from "../../lib/proxy/peer_table.ts";
import { within } from "./harness.ts";
import { connectFrom } from "./local_client.ts";

Deno.test("openListener() skips a client that resets its connection before it is accepted", async () => {
  const listener = openListener({
    hostname: "127.0.0.1",
    port: 0,
    admit(address) {
      const peer = peerOf(address, { proto: "http", isTrusted: () => false });
      const account = new PeerTable().enter(address, { isExempt: false, maxConnections: 1 })!;
      return { peer, account, leave: () => {} };
    },
  });
  try {
    const gone = await connectFrom({ from: "127.0.0.2", port: listener.port });
    const closed = once(gone, "close");
    gone.resetAndDestroy();
    await within(closed, "the reset");
    const next = await connectFrom({ from: "127.0.0.3", port: listener.port });
    const { peer, connection } = await within(listener.accept(), "the next client");
    equal(peer.address, "127.0.0.3");
    connection.close();
    next.destroy();
  } finally {
    listener.close();
  }
});
