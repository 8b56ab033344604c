import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import { join } from "node:path";
import { openManagedDirectory } from "../../lib/source/managed_directory.ts";
import type { SourceRecord } from "../../lib/source/source_record.ts";
import { switchEntries } from "../../lib/source/switch_entries.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

/** Returns a record whose entries have their content as digests. */
function recordOf(entries: Readonly<Record<string, string>>): SourceRecord {
  return { source: "https://a.test/f", version: { digest: "sha256:1" }, takenAtMs: 1, entries };
}

/** Takes a version whose functions contain their digests. */
async function take(
  directory: string,
  entries: Readonly<Record<string, string>>,
): Promise<object> {
  const managed = await openManagedDirectory(directory);
  const staged = await managed.stage();
  for (const [name, content] of Object.entries(entries)) {
    await Deno.mkdir(join(staged, name));
    await Deno.writeTextFile(join(staged, name, "index.ts"), content);
  }
  const plan = await managed.take(recordOf(entries), () => {});
  await managed.clear();
  return plan;
}

/** Returns the functions of a directory, with their content. */
async function read(directory: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { name } of Deno.readDir(directory)) {
    if (name.startsWith(".")) continue;
    found[name] = await Deno.readTextFile(join(directory, name, "index.ts"));
  }
  return found;
}

async function inodeOf(path: string): Promise<number | null> {
  return (await Deno.stat(path)).ino;
}

Deno.test("openManagedDirectory() replaces what differs, and does not touch the rest", async () => {
  await using place = await temporaryDirectory();
  const directory = place.at("functions");
  await take(directory, { a: "1", b: "1", c: "1" });
  const inode = await inodeOf(join(directory, "a"));
  const plan = await take(directory, { a: "1", b: "2", d: "1" });
  deepEqual(plan, { changed: ["b", "d"], removed: ["c"], taken: [] });
  deepEqual(await read(directory), { a: "1", b: "2", d: "1" });
  equal(await inodeOf(join(directory, "a")), inode);
  deepEqual((await openManagedDirectory(directory)).record, recordOf({ a: "1", b: "2", d: "1" }));
  const left = await Array.fromAsync(Deno.readDir(join(directory, ".ddsrv-source")));
  deepEqual(left.map(({ name }) => name), ["record.json"]);
});

Deno.test("openManagedDirectory() brings back an entry that somebody removed", async () => {
  await using place = await temporaryDirectory();
  await take(place.path, { a: "1", b: "1" });
  await Deno.remove(place.at("a"), { recursive: true });
  await take(place.path, { a: "1", b: "1" });
  deepEqual(await read(place.path), { a: "1", b: "1" });
});

Deno.test("openManagedDirectory() completes a switch that a crash interrupted, at each step", async () => {
  const after = { a: "2", b: "2", d: "1" };
  for (let steps = 0; steps <= 6; steps++) {
    await using place = await temporaryDirectory();
    const directory = place.path;
    await take(directory, { a: "1", b: "1", c: "1" });
    const [next, old] = [".ddsrv-source/next", ".ddsrv-source/old"].map(place.at);
    for (const [name, content] of Object.entries(after)) {
      await place.write(`.ddsrv-source/next/entries/${name}/index.ts`, content);
    }
    const plan = { record: recordOf(after), changed: ["a", "b", "d"], removed: ["c"] };
    await place.write(".ddsrv-source/next/plan.json", JSON.stringify(plan));
    await Deno.mkdir(old!);
    const moves = [
      [place.at("c"), `${old}/c`],
      [place.at("a"), `${old}/a`],
      [`${next}/entries/a`, place.at("a")],
      [place.at("b"), `${old}/b`],
      [`${next}/entries/b`, place.at("b")],
      [`${next}/entries/d`, place.at("d")],
    ] as const;
    for (const [from, to] of moves.slice(0, steps)) await Deno.rename(from, to);
    const { record } = await openManagedDirectory(directory);
    deepEqual(record, recordOf(after));
    deepEqual(await read(directory), after, `after ${steps} steps`);
  }
});

Deno.test("openManagedDirectory() forgets a version whose plan is not complete", async () => {
  await using place = await temporaryDirectory();
  await take(place.path, { a: "1" });
  await place.write(".ddsrv-source/next/entries/a/index.ts", "2");
  await place.write(".ddsrv-source/next/plan.json", '{"record":{"source":"https');
  await place.write(".ddsrv-source/download", "half");
  deepEqual((await openManagedDirectory(place.path)).record, recordOf({ a: "1" }));
  deepEqual(await read(place.path), { a: "1" });
});

Deno.test("openManagedDirectory() refuses functions of somebody else", async () => {
  await using place = await temporaryDirectory();
  await place.write("ddsrv.json", "{}");
  await place.write(".env", "A=1");
  await Deno.mkdir(place.at("lost+found"));
  await openManagedDirectory(place.path);
  await Deno.remove(place.at("lost+found"));
  await place.write("mine/index.ts", "1");
  await rejects(openManagedDirectory(place.path), /contains "mine".*empty directory/);
  await Deno.remove(place.at("mine"), { recursive: true });

  await take(place.path, { a: "1" });
  await place.write("mine/index.ts", "1");
  await take(place.path, { a: "2" });
  await rejects(take(place.path, { a: "3", mine: "2" }), /mine" does not come from the source/);
  await Deno.remove(place.at("ddsrv.json"));
  deepEqual(await read(place.path), { a: "2", mine: "1" });
});

Deno.test("openManagedDirectory() refuses a directory that other users can change", async () => {
  await using place = await temporaryDirectory();
  await Deno.chmod(place.path, 0o777);
  await rejects(openManagedDirectory(place.path), /Other users can change/);
});

Deno.test("openManagedDirectory() refuses a link or an open directory in place of its own", async () => {
  await using place = await temporaryDirectory();
  await place.write("elsewhere/download", "kept");
  await Deno.mkdir(place.at("functions"));
  const own = place.at("functions/.ddsrv-source");
  await Deno.symlink("../elsewhere", own);
  await rejects(openManagedDirectory(place.at("functions")), /is a link, or other users/);
  equal(await Deno.readTextFile(place.at("elsewhere/download")), "kept");
  await Deno.remove(own);
  await Deno.mkdir(own);
  await Deno.chmod(own, 0o777);
  await rejects(openManagedDirectory(place.at("functions")), /is a link, or other users/);
});

Deno.test("switchEntries() restores all entries if one can't be moved", async () => {
  await using place = await temporaryDirectory();
  for (const name of ["functions/a", "functions/b", "new/a", "new/b", "old/b/full"]) {
    await place.write(`${name}/index.ts`, name);
  }
  const options = {
    directory: place.at("functions"),
    entries: place.at("new"),
    old: place.at("old"),
    removed: [],
  };
  throws(() => switchEntries({ ...options, changed: ["a", "b"] }));
  deepEqual(await read(place.at("functions")), { a: "functions/a", b: "functions/b" });
  deepEqual(await read(place.at("new")), { a: "new/a", b: "new/b" });
});
