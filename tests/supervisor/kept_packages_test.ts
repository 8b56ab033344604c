import assert from "node:assert/strict";
import { join } from "node:path";
import { openPackages } from "../../lib/isolation/installed_packages.ts";
import { type KeptPackages, openKeptPackages } from "../../lib/supervisor/kept_packages.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../temporary_directory.ts";

const plan = { places: ["node_modules"], digest: "d" };

function open(
  { path }: TemporaryDirectory,
  neededRevisions: readonly string[] = [],
): Promise<KeptPackages> {
  return openKeptPackages({
    directory: join(path, "packages"),
    neededRevisions: () => neededRevisions,
    uidOf: () => Promise.resolve(undefined),
  });
}

function keyOf(index: number): string {
  return String(index).padStart(64, "0");
}

/** Installs packages for a revision, as an hour-old check did. */
async function install(kept: KeptPackages, index: number): Promise<void> {
  const directory = kept.directoryOf("app");
  {
    await using made = await openPackages(directory, { plan, uid: undefined });
    await made.keep(keyOf(index));
  }
  await Deno.utime(join(directory, keyOf(index)), 1, 1);
  await kept.keep("app", `r${index}`, keyOf(index));
  await Deno.utime(join(directory, `r${index}.packages`), index, index);
}

Deno.test("openKeptPackages() finds the packages of a revision, also after a restart", async () => {
  await using directory = await temporaryDirectory();
  await install(await open(directory), 1);
  const kept = await open(directory);
  assert.equal((await kept.find("app", "r1"))?.key, keyOf(1));
  assert.equal(await kept.find("app", "r2"), undefined);
  assert.equal(await kept.find("other", "r1"), undefined);
  await kept.forget("app");
  assert.equal(await kept.find("app", "r1"), undefined);
});

Deno.test("openKeptPackages() removes the oldest, except those of snapshots and instances", async () => {
  await using directory = await temporaryDirectory();
  const kept = await open(directory, ["r1"]);
  await install(kept, 1);
  await install(kept, 2);
  const instance = kept.hold("app", (await kept.find("app", "r2"))!);
  const another = kept.hold("app", (await kept.find("app", "r2"))!);
  for (let index = 3; index <= 8; index++) await install(kept, index);
  const home = kept.directoryOf("app");
  const has = async (index: number): Promise<boolean> =>
    await Deno.stat(join(home, keyOf(index))).then(() => true, () => false);
  assert.deepEqual(await Promise.all([1, 2, 3].map(has)), [true, true, false]);
  assert.equal((await kept.find("app", "r1"))?.key, keyOf(1));
  instance[Symbol.dispose]();
  await kept.keep("app", "r8", keyOf(8));
  assert.ok(await has(2));
  another[Symbol.dispose]();
  await kept.keep("app", "r8", keyOf(8));
  assert.ok(!await has(2));
});
