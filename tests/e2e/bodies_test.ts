import assert from "node:assert/strict";
import { beginDownload, beginUpload } from "./support/bulk_client.ts";
import { streamsFunction } from "./support/fixtures.ts";
import { pause, type Server, startServer } from "./support/harness.ts";
import { watchMemory } from "./support/memory.ts";
import { ask } from "./support/raw_client.ts";

/** More than a signed 32-bit number and more than a process's memory can hold. */
const HUGE = 2_200_000_000;
const LARGE = 1_100_000_000;
/** Enough to load all code and to fill all buffers. */
const WARM_UP = 64_000_000;
/** Upper bound for the bytes in the kernel's buffers. */
const MAX_UNDERWAY = 100_000_000;

const exactly = (bytes: number): string => `${bytes} bytes, exact`;

Deno.test("bodies of 2 GB pass unchanged in both directions without filling memory", async () => {
  await using server = await startBulk();
  await download(server, WARM_UP);
  await upload(server, WARM_UP);
  const memory = await watchMemory(server.pid);
  await download(server, HUGE);
  await upload(server, HUGE);
  await memory.assertSteady();
});

Deno.test("a client that stops reading stalls the function and loses no bytes", async () => {
  await using server = await startBulk();
  const memory = await watchMemory(server.pid);
  const { length, finish } = await beginDownload(server, `bytes=${LARGE}&declared`);
  assert.equal(length, String(LARGE));
  const produced = await whenStill(() => askCount(server, "produced"));
  assert.ok(produced < MAX_UNDERWAY, `${produced} bytes were produced`);
  await memory.assertSteady();
  assert.equal(await finish(), exactly(LARGE));
  assert.equal(await askCount(server, "produced"), LARGE);
  await memory.assertSteady();
});

Deno.test("a function that stops reading stalls the client and loses no bytes", async () => {
  await using server = await startBulk();
  const memory = await watchMemory(server.pid);
  const options = { route: "held-upload", bytes: LARGE, isChunked: true };
  await using upload = await beginUpload(server, options);
  await ask(`${server.url}/bulk/held`);
  const sent = await whenStill(() => Promise.resolve(upload.sent));
  assert.ok(sent < MAX_UNDERWAY, `${sent} bytes were sent`);
  assert.equal(await askCount(server, "taken"), 0);
  await memory.assertSteady();
  await ask(`${server.url}/bulk/release`);
  assert.equal(await upload.finish(), exactly(LARGE));
  await memory.assertSteady();
});

async function startBulk(): Promise<Server> {
  const server = await startServer({ files: await streamsFunction("bulk") });
  await server.answers("/bulk/taken", "0");
  return server;
}

async function download(server: Server, bytes: number): Promise<void> {
  const { length, finish } = await beginDownload(server, `bytes=${bytes}`);
  assert.equal(length, null);
  assert.equal(await finish(), exactly(bytes));
}

async function upload(server: Server, bytes: number): Promise<void> {
  const options = { route: "upload", bytes, isChunked: false };
  await using upload = await beginUpload(server, options);
  assert.equal(await upload.finish(), exactly(bytes));
}

async function askCount(server: Server, route: string): Promise<number> {
  return Number(await ask(`${server.url}/bulk/${route}`));
}

/** Returns a count once it is above zero and has not grown for half a second. */
async function whenStill(count: () => Promise<number>): Promise<number> {
  let last = 0;
  for (let times = 0; times < 5;) {
    await pause(100);
    const now = await count();
    times = now === last && now > 0 ? times + 1 : 0;
    last = now;
  }
  return last;
}
