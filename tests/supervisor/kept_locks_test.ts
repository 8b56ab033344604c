import assert from "node:assert/strict";
import { openKeptLocks } from "../../lib/supervisor/kept_locks.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

Deno.test("openKeptLocks() keeps one lock file per revision, also after a restart", async () => {
  await using directory = await temporaryDirectory();
  const open = () => openKeptLocks({ directory: directory.at("locks"), neededRevisions: () => [] });
  assert.equal(await open().find("a", "r1"), undefined);
  const path = await open().keep("a", "r1", "one");
  assert.equal(await open().find("a", "r1"), path);
  assert.equal(await Deno.readTextFile(path), "one");
  assert.equal(await open().find("a", "r2"), undefined);
  assert.equal(await open().find("b", "r1"), undefined);
  // The function's user reads it in its sandbox; only the supervisor's user enters the directory.
  assert.equal((await Deno.stat(path)).mode! & 0o777, 0o644);
  assert.equal((await Deno.stat(directory.at("locks"))).mode! & 0o777, 0o700);
  await open().forget("a");
  await open().forget("unknown");
  assert.equal(await open().find("a", "r1"), undefined);
});

Deno.test("openKeptLocks() removes the oldest lock files, except those of snapshots", async () => {
  await using directory = await temporaryDirectory();
  const locks = openKeptLocks({
    directory: directory.at("locks"),
    neededRevisions: (name) => name === "a" ? ["r1"] : [],
  });
  for (const [index, revision] of ["r0", "r1", "r2", "r3", "r4", "r5"].entries()) {
    const path = await locks.keep("a", revision, revision);
    await Deno.utime(path, 1_000 + index, 1_000 + index);
  }
  const kept = await Promise.all(
    ["r0", "r1", "r2", "r3", "r4", "r5"].map(async (one) =>
      await locks.find("a", one) === undefined ? undefined : one
    ),
  );
  assert.deepEqual(kept, [undefined, "r1", "r2", "r3", "r4", "r5"]);
});

Deno.test("openKeptLocks() keeps a new lock file although the clock stepped back", async () => {
  await using directory = await temporaryDirectory();
  const locks = openKeptLocks({ directory: directory.at("locks"), neededRevisions: () => [] });
  for (const revision of ["r1", "r2", "r3", "r4"]) {
    await Deno.utime(await locks.keep("a", revision, revision), 4_000_000_000, 4_000_000_000);
  }
  await locks.keep("a", "r5", "r5");
  assert.notEqual(await locks.find("a", "r5"), undefined);
  assert.equal([...Deno.readDirSync(directory.at("locks/a"))].length, 4);
});
