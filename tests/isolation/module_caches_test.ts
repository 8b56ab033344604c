import assert from "node:assert/strict";
import { join } from "node:path";
import { discardModuleCache, openModuleCaches } from "../../lib/isolation/module_caches.ts";
import { removeIfThere } from "../../lib/system/remove_if_there.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const [OWN, OTHER] = [300_001, 300_002];

const ownerOf = async (path: string): Promise<readonly [uid: number | null, mode: number]> => {
  const { uid, mode } = await Deno.lstat(path);
  return [uid, mode! & 0o777];
};

Deno.test("openModuleCaches() gives each function its own cache, in a directory of root", async () => {
  await using place = await temporaryDirectory();
  const caches = place.at("cache");
  await Deno.mkdir(caches, { mode: 0o755 });
  const cacheOf = await openModuleCaches(
    caches,
    (name) => Promise.resolve(name === "a" ? OWN : OTHER),
  );
  // Two checks of one function may start at the same time.
  const [path, again, other] = await Promise.all([cacheOf("a"), cacheOf("a"), cacheOf("b")]);
  assert.deepEqual([path, again, other], [join(caches, "a"), path, join(caches, "b")]);
  assert.deepEqual(await ownerOf(caches), [0, 0o700]);
  assert.deepEqual(await ownerOf(path), [OWN, 0o700]);
  assert.deepEqual(await ownerOf(other), [OTHER, 0o700]);
});

Deno.test("openModuleCaches() replaces a cache that another user filled", async () => {
  await using place = await temporaryDirectory();
  await place.write("cache/a/remote/module", "planted");
  for (const path of ["cache/a", "cache/a/remote", "cache/a/remote/module"]) {
    await Deno.chown(place.at(path), OTHER, OTHER);
  }
  const cacheOf = await openModuleCaches(place.at("cache"), () => Promise.resolve(OWN));
  const path = await cacheOf("a");
  assert.deepEqual(await ownerOf(path), [OWN, 0o700]);
  assert.deepEqual(await Array.fromAsync(Deno.readDir(path)), []);
});

Deno.test("openModuleCaches() gives a cache that root filled to the function's user, and follows no link", async () => {
  await using place = await temporaryDirectory();
  await place.write("secret", "of root");
  await place.write("cache/a/remote/module", "for the function");
  await Deno.symlink(place.at("secret"), place.at("cache/a/link"));
  await Deno.symlink(place.path, place.at("cache/a/tree"));
  const cacheOf = await openModuleCaches(place.at("cache"), () => Promise.resolve(OWN));
  const path = await cacheOf("a");
  assert.equal((await ownerOf(join(path, "remote/module")))[0], OWN);
  assert.equal((await ownerOf(place.at("secret")))[0], 0);
  assert.equal((await ownerOf(place.path))[0], 0);
});

Deno.test("openModuleCaches() keeps the supervisor's user for caches without another user", async () => {
  await using place = await temporaryDirectory();
  const cacheOf = await openModuleCaches(place.at("cache"), () => Promise.resolve(undefined));
  assert.equal((await ownerOf(await cacheOf("a")))[0], Deno.uid());
});

Deno.test("discardModuleCache() removes files with any name", async () => {
  await using place = await temporaryDirectory();
  await place.write("secret/file", "of root");
  const cacheOf = await openModuleCaches(place.at("cache"), () => Promise.resolve(OWN));
  const path = await cacheOf("a");
  const script = `cd "$1" && for name in plain "$(printf '\\377')"; do
mkdir "$name" && echo much >"$name/file" && ln -s "$2" "$name/link" || exit 1; done; ln -s "$2" top`;
  const args = ["-c", script, "sh", path, place.at("secret")];
  const { success } = await new Deno.Command("sh", { args }).output();
  assert.ok(success);
  // Positive control: one of these can't be reached by its decoded name.
  for await (const { name } of Deno.readDir(path)) await removeIfThere(join(path, name));
  assert.deepEqual(Array.from(Deno.readDirSync(path), ({ name }) => name), ["\ufffd"]);
  await discardModuleCache(path);
  assert.deepEqual(await Array.fromAsync(Deno.readDir(place.at("cache"))), []);
  assert.equal(await Deno.readTextFile(place.at("secret/file")), "of root");
  assert.deepEqual(await Array.fromAsync(Deno.readDir(await cacheOf("a"))), []);
});
