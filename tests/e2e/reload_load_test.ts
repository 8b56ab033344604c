import assert from "node:assert/strict";
import { join } from "node:path";
import {
  answering,
  count,
  eventually,
  pause,
  type Server,
  startServer,
} from "./support/harness.ts";
import { startLoad } from "./support/load.ts";
import { openSockets, talking } from "./support/open_sockets.ts";

const RELOADS = 50;

/** Number of reloads at the end that happen while other functions change, each with a check. */
const IN_UPROAR = 12;

/** A function that answers for a while, and then exits. */
const MORTAL = `setTimeout(() => Deno.exit(3), 300);\n${answering("mortal")}`;

/** Adds, breaks, crashes and removes functions until the signal aborts. */
async function churn(server: Server, signal: AbortSignal): Promise<number> {
  let round = 0;
  for (; !signal.aborted; round++) {
    const name = `guest${round % 4}`;
    await server.write({ [`${name}/index.ts`]: answering(`guest ${round}`) });
    await pause(400);
    await server.write({
      [`${name}/index.ts`]: round % 2 === 0 ? "const broken: string = 1;\n" : MORTAL,
    });
    await pause(400);
    await Deno.remove(join(server.functions, name), { recursive: true });
    await pause(50);
  }
  return round;
}

Deno.test("reload: fifty reloads under 64 connections and other changes fail no request", async () => {
  await using server = await startServer({
    isParking: true,
    files: { "app/index.ts": talking("0"), "other/index.ts": talking("other") },
    // WebSockets of the first instance stay open throughout. Checks would take most of the time.
    flags: ["--drain", "10m", "--no-check"],
  });
  await server.answers("/app", "0");
  await server.answers("/other", "other");
  const { pid } = await server.inspect("other");
  await using first = await openSockets(server, "app", 8);
  await using others = await openSockets(server, "other", 8);
  const load = startLoad(server, { path: "/app", connections: 64, pauseMs: 10 });
  const isOver = new AbortController();
  let churning: Promise<number> | undefined;
  for (let reload = 1; reload <= RELOADS; reload++) {
    if (reload === RELOADS - IN_UPROAR) churning = churn(server, isOver.signal);
    await server.write({ "app/index.ts": talking(`${reload}`) });
    await server.answers("/app", `${reload}`);
  }
  isOver.abort();
  assert.ok(await churning! > 0);
  await load.answers(100);
  const { requests, failures, texts } = await load.stop();
  assert.deepEqual(failures, [], `of ${requests} requests`);
  assert.deepEqual(
    [...texts].sort((a, b) => Number(a) - Number(b)),
    Array.from({ length: RELOADS + 1 }, (_, reload) => `${reload}`),
  );
  await first.assertOpen();
  await others.assertOpen();
  assert.equal(count(server.output(), "app ready"), RELOADS + 1);
  assert.equal((await server.inspect("other")).pid, pid);
  await first[Symbol.asyncDispose]();
  await eventually("the guests are gone", async () => {
    const { stdout } = await server.cli("list", "--json");
    return JSON.parse(stdout).length === 2;
  });
});
