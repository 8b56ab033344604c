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
