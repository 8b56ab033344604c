import assert from "node:assert/strict";
import { join } from "node:path";
import { eventually, pause, type Server, startServer, within } from "./support/harness.ts";
import { startLoad } from "./support/load.ts";
import { openSockets, talking } from "./support/open_sockets.ts";
import { readAccounts } from "./soak/accounts.ts";
import { type Chaos, createChaos } from "./soak/chaos.ts";
import { expected } from "./soak/model.ts";
import { createRandom, type Random } from "./soak/random.ts";

/** Duration of the test; set the variable for a longer run. */
const SECONDS = Number(Deno.env.get("DDSRV_SOAK_SECONDS") ?? 10);

/** Seed of the random numbers; set the variable to repeat a run. */
const SEED = Number(Deno.env.get("DDSRV_SOAK_SEED") ?? Math.floor(Math.random() * 2 ** 32));

const NAMES = Array.from({ length: 30 }, (_, index) => `f${index}`);

/** Maximum pause between two actions. */
const MAX_PAUSE_MS = 500;

/** Number of concurrent clients of the neighbour. */
const CONNECTIONS = 64;

/** Number of additional descriptors allowed: connections that wait for the next request. */
const SPARE_DESCRIPTORS = CONNECTIONS + 16;

/** Memory growth allowed for garbage, compiled code, and fragmentation by thirty functions. */
const SPARE_BYTES = 128 * 1024 ** 2;

Deno.test(`soak: ${SECONDS} s of chaos, seed ${SEED}`, async (test) => {
  await using server = await startServer({
    isChecked: true,
    files: { "steady/index.ts": talking("steady") },
  });
  await server.answers("/steady", "steady");
  const { pid } = await server.inspect("steady");
  const before = await readAccounts(server);
  const random = createRandom(SEED);
  const chaos = createChaos(server, { names: NAMES, random });
  const done: string[] = [];
  await test.step("a neighbour is not affected, and no function answers for another one", async () => {
    await using sockets = await openSockets(server, "steady", 8);
    const load = startLoad(server, { path: "/steady", connections: CONNECTIONS, pauseMs: 40 });
    const isOver = new AbortController();
    const asking = Promise.all([1, 2, 3, 4].map(() => askAround(server, chaos, isOver.signal)));
    const until = performance.now() + SECONDS * 1000;
    while (performance.now() < until) {
      done.push(await chaos.act());
      await pause(random.next() * MAX_PAUSE_MS);
    }
    isOver.abort();
    const { requests, failures } = await load.stop();
    assert.deepEqual(failures, [], `of ${requests} requests`);
    await sockets.assertOpen();
    await asking;
  });
  await test.step(`after ${done.length} actions, each function answers with the code of its folder`, async () => {
    for (const name of NAMES) await agree({ server, chaos, name, done });
  });
  await test.step("after all are removed, no resources are left", async () => {
    for (const name of NAMES) {
      await Deno.remove(join(server.functions, name), { recursive: true }).catch(() => {});
    }
    await eventually("they are gone", async () => {
      const { stdout } = await server.cli("list", "--json");
      return JSON.parse(stdout).length === 1;
    });
    await settle(server, before.counts);
    const { memoryBytes } = await readAccounts(server);
    assert.ok(memoryBytes < 2 * before.memoryBytes + SPARE_BYTES, `${memoryBytes} bytes`);
    assert.equal((await server.inspect("steady")).pid, pid);
    assert.doesNotMatch(server.output(), /Internal error\./);
  });
});

/**
 * Sends requests to random functions until the signal aborts. Asserts that each answer is from that
 * function.
 */
async function askAround(server: Server, chaos: Chaos, signal: AbortSignal): Promise<void> {
  const random: Random = createRandom(SEED + 1);
  while (!signal.aborted) {
    const name = random.pick(NAMES);
    const response = await within(fetch(`${server.url}/${name}`), `an answer of ${name}`);
    const text = await response.text();
    if (response.status === 200) {
      assert.ok(chaos.texts.get(name)!.has(text), `${name} answers "${text}"`);
    } else assert.ok([404, 500, 502, 503].includes(response.status), `${response.status} ${text}`);
    await pause(20);
  }
}

interface Agreement {
  readonly server: Server;
  readonly chaos: Chaos;
  readonly name: string;
  readonly done: readonly string[];
}

async function agree({ server, chaos, name, done }: Agreement): Promise<void> {
  const wanted = expected(chaos.slots.get(name)!);
  let found = "";
  await eventually(`${name} is ${JSON.stringify(wanted)}`, async () => {
    const response = await fetch(`${server.url}/${name}`);
    const text = await response.text();
    found = `${response.status} ${text}`;
    return wanted.some(({ status, texts }) =>
      status === response.status && (status !== 200 || texts.includes(text))
    );
  }).catch(async (error: Error) => {
    const report = JSON.stringify(await server.inspect(name).catch(String));
    const own = done.filter((act) => act.split(" ").includes(name)).join(", ");
    throw new Error(`${error.message}, but ${found}\n${report}\n${own}`);
  });
}

async function settle(server: Server, before: Readonly<Record<string, number>>): Promise<void> {
  let found: Readonly<Record<string, number>> = {};
  await eventually(`it has ${JSON.stringify(before)} again`, async () => {
    found = (await readAccounts(server)).counts;
    return Object.keys({ ...before, ...found }).every((kind) =>
      found[kind] === before[kind] ||
      (kind === "descriptor" && found[kind]! <= before[kind]! + SPARE_DESCRIPTORS)
    );
  }).catch((error: Error) => {
    throw new Error(`${error.message}, but ${JSON.stringify(found)}`);
  });
}
