import { equal, match, ok } from "node:assert/strict";
import { answering, pause, startServer } from "./support/harness.ts";

/** A function that allocates a requested amount of memory outside V8's heap and keeps it. */
const HUNGRY = `const kept: Uint8Array[] = [];
Deno.serve((request) => {
  const mebibytes = Number(new URL(request.url).searchParams.get("take") ?? 0);
  for (let count = 0; count < mebibytes; count++) kept.push(new Uint8Array(1024 ** 2).fill(1));
  return new Response(String(kept.length));
});
`;

Deno.test("resources: a function that exceeds its memory limit is killed and reported", async () => {
  await using server = await startServer({
    files: {
      "hungry/index.ts": HUNGRY,
      "hungry/ddsrv.json": '{ "memory": "160MiB" }',
      "roomy/index.ts": HUNGRY,
      "neighbour/index.ts": answering("well"),
    },
  });
  await server.answers("/hungry", "0");
  await server.answers("/roomy?take=160", "160");
  await server.answers("/neighbour", "well");
  let isOver = false;
  const neighbour = (async () => {
    while (!isOver) {
      equal(await (await fetch(`${server.url}/neighbour`)).text(), "well");
      await pause(10);
    }
  })();
  const taken = await fetch(`${server.url}/hungry?take=400`);
  equal(taken.status, 502);
  await taken.body?.cancel();
  await server.said("The function ran out of memory");
  isOver = true;
  await neighbour;
  match(
    server.output(),
    /hungry failed: The function ran out of memory: the limit is 160MiB/,
  );
  await server.answers("/hungry", "0");
  const { restarts, reason } = await server.inspect("hungry");
  equal(restarts, 1);
  ok(reason === null || /ran out of memory/.test(reason));
});

Deno.test("resources: a manifest can't ask for more than the operator allows", async () => {
  await using server = await startServer({
    files: {
      "ddsrv.json": '{ "memory": "128MiB", "processes": 100, "cpu": 0.5 }',
      "greedy/index.ts": answering("never"),
      "greedy/ddsrv.json": '{ "memory": "1GiB" }',
      "modest/index.ts": answering("well"),
      "modest/ddsrv.json": '{ "memory": "96MiB", "cpu": 0.25, "processes": 64 }',
    },
  });
  await server.answers("/modest", "well");
  await server.said("greedy failed");
  match(server.output(), /asks for memory 1GiB, but the settings allow at most 128MiB/);
});
