import assert from "node:assert/strict";
import { openKvStore } from "../../lib/kv/kv_store.ts";
import { createKvHandler } from "./kv_server.ts";

const TOKEN = "of-the-server";
const KEY = ["ddsrv", "schedule", "a\0b", "ö"];
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function serve(handler: (request: Request) => Promise<Response> | Response): AsyncDisposable & {
  readonly url: string;
} {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    handler,
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

Deno.test("openKvStore() replaces a value only if nobody changed it", async () => {
  await using server = serve(createKvHandler(TOKEN));
  const store = openKvStore({ url: `${server.url}/one`, readToken: () => Promise.resolve(TOKEN) });
  const absent = await store.get(KEY);
  assert.deepEqual(absent, { value: undefined, version: new Uint8Array() });
  const expiresAtMs = 4_000_000_000_000;
  assert.equal(await store.replace(KEY, { ...absent, value: bytes("1"), expiresAtMs }), true);
  assert.equal(await store.replace(KEY, { ...absent, value: bytes("2"), expiresAtMs }), false);
  const first = await store.get(KEY);
  assert.deepEqual(first.value, bytes("1"));
  assert.equal(await store.replace(KEY, { ...first, value: bytes("3"), expiresAtMs }), true);
  assert.deepEqual((await store.get(KEY)).value, bytes("3"));
  assert.equal((await store.get(["ddsrv"])).value, undefined);
});

Deno.test("Deno.openKv() and openKvStore() read each other's keys", async () => {
  await using server = serve(createKvHandler(TOKEN));
  const store = openKvStore({ url: server.url, readToken: () => Promise.resolve(TOKEN) });
  const { version } = await store.get(KEY);
  await store.replace(KEY, { version, value: bytes("ours"), expiresAtMs: 4_000_000_000_000 });
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-lock", "--unstable-kv"].concat(`
      const kv = await Deno.openKv();
      const { value } = await kv.get(${JSON.stringify(KEY)});
      await kv.set(["theirs"], new TextEncoder().encode("theirs"));
      console.log(new TextDecoder().decode(value));
      kv.close();`),
    env: { DENO_KV_DEFAULT_PATH: server.url, DENO_KV_ACCESS_TOKEN: TOKEN, NO_COLOR: "1" },
    stderr: "inherit",
  }).output();
  assert.equal(new TextDecoder().decode(stdout), "ours\n");
  assert.deepEqual((await store.get(["theirs"])).value, bytes("theirs"));
});

const BAD_ANSWERS: readonly (readonly [string, () => Response, RegExp])[] = [
  ["a wrong token", () => new Response("no", { status: 401 }), /answered with 401/],
  ["no metadata", () => Response.json(null), /does not speak version 3 of KV Connect/],
  [
    "another version",
    () => Response.json({ version: 2, databaseId: "a", token: "b", endpoints: [] }),
    /does not speak version 3/,
  ],
  [
    "no endpoint with strong consistency",
    () =>
      Response.json({
        ...{ version: 3, databaseId: "a", token: "b" },
        endpoints: [{ url: "/data", consistency: "eventual" }, null],
      }),
    /does not speak version 3/,
  ],
  [
    "an endpoint that is not reached by HTTP",
    () =>
      Response.json({
        ...{ version: 3, databaseId: "a", token: "b" },
        endpoints: [{ url: "ftp://127.0.0.1/data", consistency: "strong" }],
      }),
    /names an endpoint without TLS, "ftp:/,
  ],
  ["no JSON", () => new Response("<html>"), /JSON/],
  [
    "a long answer",
    () => new Response(new Uint8Array(300_000)),
    /answer of the server is too long/,
  ],
  [
    "a redirect, which would send the token elsewhere",
    () => new Response(null, { status: 307, headers: { location: "http://127.0.0.1:9/" } }),
    /redirect/,
  ],
];

for (const [what, answer, expected] of BAD_ANSWERS) {
  Deno.test(`openKvStore() rejects ${what}`, async () => {
    await using server = serve(answer);
    const store = openKvStore({ url: server.url, readToken: () => Promise.resolve(undefined) });
    await assert.rejects(store.get(KEY), expected);
  });
}

/** A server of the tests that counts its metadata exchanges, and lets a test change its answers. */
function createCounted() {
  const counted = { exchanges: 0, operations: 0, refuse: [] as number[] };
  const handle = createKvHandler(TOKEN);
  async function handler(request: Request): Promise<Response> {
    if (!new URL(request.url).pathname.includes("/data/")) {
      counted.exchanges++;
      return await handle(request);
    }
    counted.operations++;
    const status = counted.refuse.shift();
    return status === undefined ? await handle(request) : new Response("no", { status });
  }
  return { counted, handler };
}

Deno.test("openKvStore() exchanges metadata once until it expires", async () => {
  const { counted, handler } = createCounted();
  await using server = serve(handler);
  let nowMs = Date.now();
  let token = TOKEN;
  const store = openKvStore({
    url: server.url,
    readToken: () => Promise.resolve(token),
    now: () => nowMs,
  });
  const absent = await store.get(KEY);
  await store.replace(KEY, { ...absent, value: bytes("1"), expiresAtMs: 4_000_000_000_000 });
  await store.get(KEY);
  assert.deepEqual([counted.exchanges, counted.operations], [1, 3]);
  // The server's metadata is valid for an hour.
  nowMs += 3_595_000;
  await store.get(KEY);
  assert.equal(counted.exchanges, 2);
  token = "another one";
  await assert.rejects(store.get(KEY), /answered with 401/);
  assert.equal(counted.exchanges, 3);
});

/** Answers of the server to operations with kept metadata, and what follows. */
const REFUSALS: readonly {
  readonly refuse: readonly number[];
  readonly write?: true;
  readonly error?: RegExp;
  readonly exchanges: number;
  readonly operations: number;
}[] = [
  { refuse: [401], exchanges: 2, operations: 2 },
  { refuse: [401], write: true, exchanges: 2, operations: 2 },
  { refuse: [401, 401], error: /answered with 401/, exchanges: 2, operations: 2 },
  { refuse: [503], exchanges: 2, operations: 2 },
  { refuse: [503, 500], error: /answered with 500/, exchanges: 2, operations: 2 },
  { refuse: [503], write: true, error: /answered with 503/, exchanges: 1, operations: 1 },
  { refuse: [429], error: /answered with 429/, exchanges: 1, operations: 1 },
];

for (const { refuse, write, error, exchanges, operations } of REFUSALS) {
  const what = `${refuse.join(" and ")} to a ${write ? "write" : "read"}`;
  Deno.test(`openKvStore() renews its metadata after ${what}`, async () => {
    const { counted, handler } = createCounted();
    await using server = serve(handler);
    const store = openKvStore({ url: server.url, readToken: () => Promise.resolve(TOKEN) });
    const absent = await store.get(KEY);
    counted.operations = 0;
    counted.refuse.push(...refuse);
    const change = { ...absent, value: bytes("1"), expiresAtMs: 4_000_000_000_000 };
    const asked = write ? store.replace(KEY, change) : store.get(KEY);
    if (error === undefined) await asked;
    else await assert.rejects(asked, error);
    assert.deepEqual([counted.exchanges, counted.operations], [exchanges, operations]);
    await store.get(KEY);
    const isDropped = refuse[0] !== 429;
    assert.equal(counted.exchanges, isDropped ? Math.max(2, error && !write ? 3 : 2) : 1);
  });
}

Deno.test("openKvStore() keeps no metadata without a time of expiry, or of a clock behind", async () => {
  for (const expiresAt of [undefined, "soon", new Date(0).toISOString()]) {
    const { counted, handler } = createCounted();
    await using server = serve(async (request) => {
      const response = await handler(request);
      if (response.headers.get("content-type") !== "application/json") return response;
      return Response.json({ ...await response.json(), expiresAt });
    });
    const store = openKvStore({ url: server.url, readToken: () => Promise.resolve(TOKEN) });
    await store.get(KEY);
    await store.get(KEY);
    assert.equal(counted.exchanges, 2);
  }
});
