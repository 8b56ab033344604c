import { equal } from "node:assert/strict";
import { once } from "node:events";
import { openListener } from "../../lib/proxy/listener.ts";
import { peerOf } from "../../lib/proxy/peer.ts";
import { PeerTable } from "../../lib/proxy/peer_table.ts";
import { within } from "./harness.ts";
import { connectFrom } from "./local_client.ts";

Deno.test("openListener() notices within minutes that a peer has vanished", async () => {
  const account = new PeerTable().enter("127.0.0.1", { isExempt: false, maxConnections: 1 })!;
  const peer = peerOf("127.0.0.1", { proto: "http", isTrusted: () => false });
  const listener = openListener({
    hostname: "127.0.0.1",
    port: 0,
    admit: () => ({ peer, account, leave: () => {} }),
  });
  using _client = await Deno.connect({ hostname: "127.0.0.1", port: listener.address.port });
  const { connection } = await within(listener.accept(), "the client");
  const port = listener.address.port.toString(16).toUpperCase().padStart(4, "0");
  const timers = (await Deno.readTextFile("/proc/net/tcp")).split("\n")
    .filter((line) => line.trim().split(/\s+/)[1] === `0100007F:${port}`)
    .map((line) => line.trim().split(/\s+/)[5]!);
  connection.close();
  listener.close();
  // The keep-alive timer of the accepted connection, in hundredths of a second.
  const [left] = timers.filter((timer) => timer.startsWith("02:"));
  equal(Number.parseInt(left!.slice(3), 16) <= 6_000, true, timers.join());
});

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
    const gone = await connectFrom({ from: "127.0.0.2", port: listener.address.port });
    const closed = once(gone, "close");
    gone.resetAndDestroy();
    await within(closed, "the reset");
    const next = await connectFrom({ from: "127.0.0.3", port: listener.address.port });
    const { peer, connection } = await within(listener.accept(), "the next client");
    equal(peer.address, "127.0.0.3");
    connection.close();
    next.destroy();
  } finally {
    listener.close();
  }
});
