import assert from "node:assert/strict";
import { createCacheSweeper } from "../../lib/supervisor/cache_sweeper.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

Deno.test("createCacheSweeper() removes a cache a minute after its function", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("here/npm/x");
  await directory.write("gone/npm/x");
  await directory.write("back/npm/x");
  const forgotten: string[] = [];
  const sweeper = createCacheSweeper(directory.path, (name) => {
    forgotten.push(name);
    return Promise.resolve();
  });
  const names = async (): Promise<string[]> =>
    (await Array.fromAsync(Deno.readDir(directory.path))).map((entry) => entry.name).sort();
  await sweeper.sweep((name) => ["here"].includes(name), 0);
  await sweeper.sweep((name) => ["here", "back"].includes(name), 30_000);
  await sweeper.sweep((name) => ["here"].includes(name), 49_999);
  assert.deepEqual(await names(), ["back", "gone", "here"]);
  await sweeper.sweep((name) => ["here"].includes(name), 60_000);
  assert.deepEqual(await names(), ["back", "here"]);
  await sweeper.sweep((name) => ["here"].includes(name), 109_999);
  assert.deepEqual(await names(), ["here"]);
  assert.deepEqual(forgotten, ["gone", "back"]);
});

Deno.test("createCacheSweeper() keeps the cache of a function that comes back", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("back/npm/x");
  await directory.write(".going-old/npm/x");
  let isBack = false;
  const sweeper = createCacheSweeper(directory.path, () => {
    isBack = true;
    return Promise.resolve();
  });
  await sweeper.sweep(() => isBack, 0);
  await sweeper.sweep(() => isBack, 60_000);
  const names = await Array.fromAsync(Deno.readDir(directory.path));
  assert.deepEqual(names.map((entry) => entry.name), ["back"]);
});
