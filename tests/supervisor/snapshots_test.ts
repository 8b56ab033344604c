import assert from "node:assert/strict";
import { copyTree } from "../../lib/sandbox/copy_tree.ts";
import { openSnapshots, type Snapshots } from "../../lib/supervisor/snapshots.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

Deno.test("openSnapshots() keeps the order after the clock was set back", async () => {
  await using directory = await temporaryDirectory();
  const home = directory.at("snapshots");
  const [first, second] = ["1".repeat(64), "2".repeat(64)];
  const nextYear = String(Date.now() + 31_536_000_000).padStart(15, "0");
  await directory.write(`snapshots/a/${nextYear}-${first}-${first}/index.ts`);
  await directory.write("a/index.ts");
  const open = (): Promise<Snapshots> =>
    openSnapshots({
      directory: home,
      copy: (source, target) => copyTree({ source, target, isSandboxed: false }),
    });
  const revisions = async (): Promise<string[]> =>
    (await open()).list("a").map((one) => one.revision);
  assert.deepEqual(await revisions(), [first]);
  await (await open()).take("a", {
    directory: directory.at("a"),
    revision: second,
    ownRevision: second,
    takeOwn: () => Promise.resolve(second),
  });
  assert.deepEqual(await revisions(), [second, first]);
});

Deno.test("openSnapshots() takes a snapshot again that somebody has removed", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("a/index.ts");
  const snapshots = await openSnapshots({
    directory: directory.at("snapshots"),
    copy: (source, target) => copyTree({ source, target, isSandboxed: false }),
  });
  const revision = "1".repeat(64);
  const takeOwn = (): Promise<string> => Promise.resolve(revision);
  const source = { directory: directory.at("a"), revision, ownRevision: revision, takeOwn };
  await snapshots.take("a", source);
  await Deno.remove(directory.at("snapshots/a"), { recursive: true });
  await snapshots.take("a", source);
  const [latest, ...others] = snapshots.list("a");
  assert.deepEqual(others, []);
  assert.ok((await Deno.stat(`${latest!.path}/index.ts`)).isFile);
});

Deno.test("openSnapshots() keeps the latest three, and rather those that no rollback has undone", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("a/index.ts");
  const snapshots = await openSnapshots({
    directory: directory.at("snapshots"),
    copy: (source, target) => copyTree({ source, target, isSandboxed: false }),
  });
  const take = async (digit: string, undone: string): Promise<string> => {
    const revision = digit.repeat(64);
    const takeOwn = (): Promise<string> => Promise.resolve(revision);
    const source = { directory: directory.at("a"), revision, ownRevision: revision, takeOwn };
    await snapshots.take("a", source, { isUndone: (one) => undone.includes(one[0]!) });
    const kept = snapshots.list("a").map((one) => one.revision[0]).join("");
    const names = (await Array.fromAsync(Deno.readDir(directory.at("snapshots/a")))).map((one) =>
      one.name.split("-")[1]![0]
    );
    assert.deepEqual(names.sort(), [...kept].sort());
    return kept;
  };
  for (const digit of "123") await take(digit, "");
  assert.equal(await take("2", "3"), "231");
  assert.equal(await take("4", "3"), "421");
  assert.equal(await take("5", "5"), "542");
});
