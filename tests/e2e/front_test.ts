import assert from "node:assert/strict";
import { openProxy } from "../../lib/proxy/proxy.ts";
import { RouteTable } from "../../lib/proxy/route_table.ts";
import { connectFrom, exchangeFrom, openHalf } from "../proxy/local_client.ts";
import { answering, startServer } from "./support/harness.ts";

const REQUEST = "GET /app HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

Deno.test("front: half-open connections of one client are limited, counted and reported once while others are served", async () => {
  await using server = await startServer({
    files: { "app/index.ts": answering("served") },
    flags: ["--max-connections", "400", "--admin-port", "0"],
  });
  await server.answers("/app", "served");
  const port = Number(new URL(server.url).port);
  using _half = await openHalf(port, 1_000);
  for (let count = 0; count < 5; count++) {
    const answer = await exchangeFrom({ from: "127.0.0.2", port, request: REQUEST });
    assert.match(answer, /^HTTP\/1.1 200 .*served$/s);
  }
  await server.said("Closed 1 connection, the last one from 127.0.0.1");
  const said = server.output().match(/that peer has reached its limit/g);
  assert.equal(said?.length, 1);
  const admin = /metrics on (\S+)/.exec(server.output())![1]!;
  const metrics = await (await fetch(`${admin}/metrics`)).text();
  const [refused = NaN, evicted = NaN] = [
    /refused_total\{reason="peer"\} (\d+)/,
    /evicted_total\{state="unfinished"\} (\d+)/,
  ].map((pattern) => Number(pattern.exec(metrics)![1]));
  assert.equal(refused + evicted, 900);
});

Deno.test("front: rate limits come from the settings, and lower ones from a manifest", async () => {
  await using server = await startServer({
    files: {
      "app/index.ts": answering("served"),
      "slow/index.ts": answering("served"),
      "slow/ddsrv.json": '{ "rateLimit": "2/h" }',
      "ddsrv.json": '{ "rateLimit": "1000/h" }',
    },
  });
  for (const name of ["app", "slow"]) await server.said(`${name} ready`);
  const statuses = async (name: string): Promise<number[]> => {
    const all: number[] = [];
    for (let count = 0; count < 3; count++) {
      const response = await fetch(`${server.url}/${name}`);
      await response.body?.cancel();
      all.push(response.status);
    }
    return all;
  };
  assert.deepEqual(await statuses("slow"), [200, 200, 429]);
  assert.deepEqual(await statuses("app"), [200, 200, 200]);
  await server.write({ "ddsrv.json": '{ "rateLimit": "1/h" }' });
  server.signal("SIGHUP");
  await server.said("Configuration reloaded");
  assert.equal((await statuses("app")).at(-1), 429);
});

Deno.test("front: addresses of one IPv6 /64 count as one client, others do not", async () => {
  const near = [1, 2, 3, 4, 5].map((host) => `2001:db8:64:1::${host}`);
  const far = "2001:db8:64:2::1";
  await using stack = new AsyncDisposableStack();
  for (const address of [...near, far]) {
    await ip("add", address);
    stack.defer(() => ip("del", address));
  }
  await using proxy = openProxy({
    hostname: "::",
    port: 0,
    routes: new RouteTable(),
    limits: { maxConnections: 8, maxConnectionsPerPeer: 3 },
    onError(error) {
      throw error;
    },
  });
  const { port } = proxy;
  // One after the other: the last ones connect after the first three.
  for (const from of near) {
    const socket = await connectFrom({ from, to: near[0]!, port });
    stack.defer(() => void socket.destroy());
    socket.write("G");
  }
  const ask = (from: string): Promise<string> =>
    exchangeFrom({ from, to: near[0]!, port, request: REQUEST });
  assert.match(await ask(far), /^HTTP\/1.1 404 /);
  const { refusedPeers, evictedUnfinished } = proxy.figures;
  assert.equal(refusedPeers + evictedUnfinished, 2);
});

async function ip(verb: "add" | "del", address: string): Promise<void> {
  const args = ["-6", "addr", verb, `${address}/128`, "dev", "lo"];
  // No process can bind it before the kernel's duplicate address detection (RFC 4862, section 5.4).
  if (verb === "add") args.push("nodad");
  const { success } = await new Deno.Command("ip", { args }).output();
  assert.ok(success, `ip ${args.join(" ")} failed`);
}
