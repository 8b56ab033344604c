import { equal, match, ok } from "node:assert/strict";
import { answering, host, pause, startServer } from "./support/harness.ts";

/**
 * A function that uses memory outside its process: files in memory, and buffers of connections to
 * itself.
 */
const HOARDER = `const kept: unknown[] = [];
const chunk = new Uint8Array(60_000).fill(1);
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
const { port } = listener.addr as Deno.NetAddr;
(async () => {
  for await (const one of listener) kept.push(one);
})();
// After this number of timers the kernel has accepted all that it will, even on a slow machine.
async function turns(count: number): Promise<undefined> {
  for (; count > 0; count--) await new Promise((resolve) => setTimeout(resolve, 1));
}
async function fillOne(): Promise<number> {
  const client = await Deno.connect({ hostname: "127.0.0.1", port });
  kept.push(client);
  for (let held = 0;;) {
    const taken = await Promise.race([client.write(chunk).catch(() => 0), turns(20)]);
    if (taken === undefined) return held;
    held += taken;
  }
}
async function hoardConnections(): Promise<number> {
  let held = 0;
  for (let round = 0; round < 8; round++) {
    const parts = await Promise.all(Array.from({ length: 50 }, fillOne));
    held += parts.reduce((sum, part) => sum + part);
  }
  return held;
}
function hoardFiles(): number {
  const file = Deno.openSync("/tmp/hoard", { write: true, create: true });
  let held = 0;
  while (held < 200 * 1024 ** 2) held += file.writeSync(chunk);
  Deno.removeSync("/tmp/hoard");
  return held;
}
Deno.serve(async (request) => {
  switch (new URL(request.url).pathname) {
    case "/connections": return new Response(String(await hoardConnections()));
    case "/files": return new Response(String(hoardFiles()));
    default: return new Response("well");
  }
});
`;

const MIB = 1024 ** 2;

Deno.test("resources: socket buffers and files in memory count toward the memory limit", async () => {
  await using server = await startServer({
    files: {
      "small/index.ts": HOARDER,
      "small/ddsrv.json": '{ "memory": "128MiB" }',
      "roomy/index.ts": HOARDER,
      "roomy/ddsrv.json": '{ "memory": "768MiB" }',
      "neighbour/index.ts": answering("well"),
    },
  });
  for (const name of ["small", "roomy", "neighbour"]) await server.answers(`/${name}`, "well");
  let isOver = false;
  const neighbour = (async () => {
    while (!isOver) {
      equal(await (await fetch(`${server.url}/neighbour`)).text(), "well");
      await pause(10);
    }
  })();
  const roomy = Number(await (await fetch(`${server.url}/roomy/connections`)).text());
  ok(roomy > 48 * MIB, `the roomy one holds ${roomy}`);
  const answer = await fetch(`${server.url}/small/connections`);
  const text = await answer.text();
  // With version 2, sockets count too, and the kernel kills the function.
  if (answer.status === 200) ok(Number(text) < 40 * MIB, `the small one holds ${text}`);
  else await server.said("The function ran out of memory");
  ok(Number(await (await fetch(`${server.url}/roomy/files`)).text()) >= 200 * MIB);
  const from = server.output().length;
  const files = await fetch(`${server.url}/small/files`);
  equal(files.status, 502);
  await files.body?.cancel();
  await server.said("The function ran out of memory", from);
  isOver = true;
  await neighbour;
});

/** Listens only on loopback, for which the supervisor creates NAT rules in its namespace. */
const FLOWING = `const receiver = Deno.listenDatagram({
  transport: "udp",
  hostname: "127.0.0.1",
  port: 0,
});
(async () => {
  for await (const _ of receiver);
})();
const answer = new TextEncoder().encode(
  "HTTP/1.1 200 OK\\r\\nContent-Length: 4\\r\\nConnection: close\\r\\n\\r\\nwell",
);
for await (const connection of Deno.listen({ hostname: "127.0.0.1", port: 8123 })) {
  await connection.read(new Uint8Array(4_096));
  for (let count = 0; count < 300; count++) {
    const sender = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
    await sender.send(new Uint8Array(1), receiver.addr);
    sender.close();
  }
  await connection.write(answer);
  connection.close();
}
`;

Deno.test("resources: connections of a function to itself use no connection tracking entries", async () => {
  await using server = await startServer({
    files: { "flowing/index.ts": FLOWING, "flowing/deno.json": '{ "unstable": ["net"] }' },
  });
  await server.answers("/flowing", "well");
  const { namespace } = await server.inspect("flowing");
  const inside = `--net=/run/netns/${namespace}`;
  const rules = await host("nsenter", inside, "nft", "list", "ruleset");
  match(rules, /dnat to 127.0.0.1/);
  const file = "/proc/sys/net/netfilter/nf_conntrack_count";
  const entries = await host("nsenter", inside, "cat", file);
  ok(Number(entries) < 100, `${entries} entries`);
});
