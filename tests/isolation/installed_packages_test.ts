import assert from "node:assert/strict";
import { join } from "node:path";
import {
  clearNewPackages,
  findPackages,
  openPackages,
  prunePackages,
  touchPackages,
} from "../../lib/isolation/installed_packages.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const plan = { places: ["node_modules", "apps/api/node_modules"], digest: "d" };
const KEYS = ["a", "b", "c"].map((letter) => letter.repeat(64));
const [key = "", other = "", third = ""] = KEYS;

/** The user of the function: another one if the test may change owners. */
const uid = Deno.uid() === 0 ? 54_327 : undefined;

async function namesIn(directory: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(directory))).map(({ name }) => name).sort();
}

async function install(directory: string, name: string): Promise<void> {
  await using made = await openPackages(directory, { plan, uid });
  await made.keep(name);
}

Deno.test("openPackages() gives the function's user only directories below root's", async () => {
  await using directory = await temporaryDirectory();
  const home = directory.at("app");
  await install(home, key);
  const found = await findPackages(home, { key, uid });
  assert.deepEqual(found?.mounts.map(({ path }) => path), plan.places);
  for (const path of [home, join(home, key)]) {
    const { uid: owner, mode } = await Deno.lstat(path);
    assert.deepEqual([owner, mode! & 0o777], [Deno.uid(), 0o700], path);
  }
  for (const { source } of found!.mounts) {
    const { uid: owner, isDirectory } = await Deno.lstat(source);
    assert.deepEqual([owner, isDirectory], [uid ?? Deno.uid(), true]);
  }
});

Deno.test("openPackages() leaves nothing of a set that was not kept", async () => {
  await using directory = await temporaryDirectory();
  {
    await using made = await openPackages(directory.path, { plan, uid });
    await directory.write(`${made.mounts[0]!.source.slice(directory.path.length + 1)}/a.js`);
    assert.equal(await findPackages(directory.path, { key, uid }), undefined);
  }
  assert.deepEqual(await namesIn(directory.path), []);
});

Deno.test("openPackages() keeps the set that another check completed first", async () => {
  await using directory = await temporaryDirectory();
  await install(directory.path, key);
  const { ino } = await Deno.stat(directory.at(key));
  await install(directory.path, key);
  assert.equal((await Deno.stat(directory.at(key))).ino, ino);
  assert.deepEqual(await namesIn(directory.path), [key]);
});

Deno.test({
  name: "findPackages() returns nothing that belongs to another user",
  ignore: uid === undefined,
  async fn() {
    await using directory = await temporaryDirectory();
    await install(directory.path, key);
    assert.equal(await findPackages(directory.path, { key, uid: uid! + 1 }), undefined);
  },
});

Deno.test("prunePackages() removes old sets that nothing needs, and follows no link", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("outside");
  const home = directory.at("app");
  for (const one of KEYS) await install(home, one);
  await Deno.symlink(directory.path, join(home, other, "0", "out"));
  for (const one of [key, other]) await Deno.utime(join(home, one), 1, 1);
  await prunePackages(home, (one) => one === key);
  assert.deepEqual(await namesIn(home), [key, third]);
  await touchPackages(home, key);
  await prunePackages(home, () => false);
  assert.deepEqual(await namesIn(home), [key, third]);
  assert.deepEqual(await namesIn(directory.path), ["app", "outside"]);
});

Deno.test("clearNewPackages() removes what a killed check has left", async () => {
  await using directory = await temporaryDirectory();
  await install(directory.path, key);
  await Deno.mkdir(directory.at(".new-1"));
  await clearNewPackages(directory.path);
  assert.deepEqual(await namesIn(directory.path), [key]);
  await clearNewPackages(directory.at("missing"));
});
