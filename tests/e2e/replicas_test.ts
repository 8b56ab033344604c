import assert from "node:assert/strict";
import { startKvServer } from "../kv/kv_server.ts";
import { WORLD } from "../world.ts";
import { temporaryDirectory } from "../temporary_directory.ts";
import { eventually, type Server, startServer } from "./support/harness.ts";

const PORT = 4512;
const TOKEN = "of-the-kv-server";
const KV_URL = `http://${WORLD.neighbour}:${PORT}`;

/** Adds one to a number that all replicas share. */
const COUNTER = `
const kv = await Deno.openKv();
Deno.serve(async (request) => {
  const schedule = request.headers.get("x-ddsrv-schedule");
  if (schedule !== null) console.log("run", request.headers.get("x-ddsrv-schedule-tick"));
  for (;;) {
    const entry = await kv.get(["count"]);
    const next = (entry.value ?? 0) + 1;
    const { ok } = await kv.atomic().check(entry).set(["count"], next).commit();
    if (ok) return new Response(String(next));
  }
});\n`;

function startReplica(env: Readonly<Record<string, string>>): Promise<Server> {
  return startServer({
    files: {
      "ddsrv.json": '{ "egress": "full" }',
      "a b/index.ts": COUNTER,
      "blind/index.ts": COUNTER,
      // Without the permission it must fail, and not use a file of its own instead.
      "blind/ddsrv.json": '{ "permissions": { "env": false } }',
      "jobs/index.ts": COUNTER,
      "jobs/ddsrv.json": JSON.stringify({ schedules: [{ name: "job", cron: "* * * * *" }] }),
      "walled/index.ts": 'Deno.serve(() => new Response("walled"));\n',
      "walled/ddsrv.json": '{ "egress": "internet" }',
    },
    env: { DDSRV_KV_URL: `${KV_URL}/{name}`, ...env },
  });
}

// It takes until the next minute.
Deno.test("replicas share the databases of their functions, and make each run once", async () => {
  await using _kv = await startKvServer(WORLD.neighbour, { port: PORT, accessToken: TOKEN });
  await using directory = await temporaryDirectory();
  const tokenFile = `${directory.path}/kv-token`;
  await Deno.writeTextFile(tokenFile, `${TOKEN}\n`);
  const env = { DDSRV_KV_TOKEN_FILE: tokenFile };
  await using one = await startReplica(env);
  await using other = await startReplica(env);
  await using off = await startReplica({ ...env, DDSRV_SCHEDULE_RUNS: "none" });
  const replicas = [one, other, off];
  const counts: string[] = [];
  for (const { url } of replicas) counts.push(await (await fetch(`${url}/a%20b`)).text());
  assert.deepEqual(counts, ["1", "2", "3"]);
  const blind = await (await fetch(`${one.url}/blind`)).text();
  assert.match(blind, /Requires env access to "DENO_KV_ACCESS_TOKEN"/);
  await one.said(
    'walled: Deno.openKv() can\'t reach its server: the egress "internet" does not include ' +
      `"${WORLD.neighbour}:${PORT}". Add it`,
  );

  const ticksOf = ({ output }: Server): string[] =>
    [...output().matchAll(/run (\d{4}-\S+Z)/g)].map(([, tick]) => tick!);
  await eventually("a minute has a run", () => [one, other].flatMap(ticksOf).length > 0);
  // By now, the other host has asked for the same minute.
  await eventually("some seconds later", () => Date.now() % 60_000 > 5_000);
  const ticks = replicas.flatMap(ticksOf);
  assert.equal(new Set(ticks).size, ticks.length, ticks.join());
  assert.deepEqual(ticksOf(off), []);
});

Deno.test("serve refuses claimed runs without a server, and a function without the token's file", async () => {
  await using server = await startServer({
    files: { "ddsrv.json": '{ "kvTokenFile": "/nowhere" }', "a/index.ts": COUNTER },
    env: { DDSRV_KV_URL: KV_URL },
  });
  await server.said('"/nowhere" of kvTokenFile does not exist. Write the access token of the KV');
  const { code, stderr } = await server.cli("serve", "x", "--schedule-runs", "claimed");
  assert.equal(code, 1);
  assert.match(stderr, /--kv-url is not set\. Set it, or choose --schedule-runs all on one host/);
});
