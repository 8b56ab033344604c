import assert from "node:assert/strict";
import { countTree, MAX_TREE_DEPTH } from "../../lib/function/tree_count.ts";
import { openDirectory, parseEntries } from "../../lib/system/directory_reader.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

Deno.test("countTree() counts files and directories at any depth", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("a");
  await directory.write("b/c/d");
  assert.deepEqual(await countTree(directory.path, 4), { type: "counted", entries: 4 });
  assert.deepEqual(await countTree(directory.path, 3), { type: "tooMany" });
  assert.deepEqual(await countTree(directory.at("none"), 3), { type: "counted", entries: 0 });
});

Deno.test("countTree() does not look into installed packages and history", async () => {
  await using directory = await temporaryDirectory();
  for (
    const name of ["node_modules/a/b", "lib/node_modules/c", ".git/objects/d", "node_modules2/e"]
  ) {
    await directory.write(name);
  }
  // The directories count, and what is in the last one.
  assert.deepEqual(await countTree(directory.path, 10), { type: "counted", entries: 6 });
});

Deno.test("countTree() follows no link and opens no pipe", async () => {
  await using directory = await temporaryDirectory();
  await using elsewhere = await temporaryDirectory();
  for (const name of ["1", "2", "3"]) await elsewhere.write(name);
  await Deno.symlink(elsewhere.path, directory.at("link"));
  await Deno.symlink(".", directory.at("circle"));
  await new Deno.Command("mkfifo", { args: [directory.at("pipe")] }).output();
  assert.deepEqual(await countTree(directory.path, 10), { type: "counted", entries: 3 });
  // Positive control: what the link leads to has as many.
  assert.deepEqual(await countTree(elsewhere.path, 2), { type: "tooMany" });
});

Deno.test("countTree() stops in a tree deeper than any path, with few descriptors", async () => {
  await using directory = await temporaryDirectory();
  // A path of 5,000 levels is longer than PATH_MAX, so the tree grows at its top.
  await Deno.mkdir(directory.at("tree"));
  for (let round = 0; round < 10; round++) {
    const bottom = `next/${"d/".repeat(500)}`;
    await Deno.mkdir(directory.at(bottom), { recursive: true });
    await Deno.rename(directory.at("tree"), directory.at(`${bottom}tree`));
    await Deno.rename(directory.at("next"), directory.at("tree"));
  }
  assert.deepEqual(await countTree(directory.path, 100_000), { type: "tooDeep" });
  assert.ok(MAX_TREE_DEPTH <= 100);
  await Deno.remove(directory.at("tree"), { recursive: true });
});

Deno.test("countTree() counts names that are not UTF-8", async () => {
  await using directory = await temporaryDirectory();
  const script = `mkdir "$(printf 'a\\377')" && : > "$(printf 'a\\377/b\\nc')"`;
  const made = await new Deno.Command("sh", { args: ["-c", script], cwd: directory.path }).output();
  assert.ok(made.success);
  assert.deepEqual(await countTree(directory.path, 10), { type: "counted", entries: 2 });
});

Deno.test("openDirectory() reads a directory in pieces of limited size", async () => {
  await using directory = await temporaryDirectory();
  const names = Array.from({ length: 2_000 }, (_, index) => `f${index}`);
  for (const name of names) Deno.writeTextFileSync(directory.at(name), "");
  using reader = openDirectory(directory.path)!;
  const found: string[] = [];
  for (let piece = await reader.next(); piece.length > 0; piece = await reader.next()) {
    assert.ok(piece.length < 1_000, `${piece.length} at once`);
    found.push(...piece.map(({ name }) => name));
  }
  assert.deepEqual(found.sort(), names.sort());
});

Deno.test("openChild() opens only directories, not links", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("real/a");
  await directory.write("file");
  await Deno.symlink("real", directory.at("link"));
  using reader = openDirectory(directory.path)!;
  const entries = await reader.next();
  assert.deepEqual(
    entries.map(({ name, type }) => `${name} ${type}`).sort(),
    ["file file", "link link", "real directory"],
  );
  for (const entry of entries) {
    using child = reader.openChild(entry);
    assert.equal(child !== undefined, entry.name === "real");
  }
});

Deno.test("parseEntries() keeps a byte order mark at the start of a name", () => {
  const name = new TextEncoder().encode("\ufeffa\0");
  const bytes = new Uint8Array(24);
  new DataView(bytes.buffer).setUint16(16, bytes.length, true);
  bytes[18] = 8;
  bytes.set(name, 19);
  assert.deepEqual(parseEntries(bytes).map((entry) => [entry.name, entry.type]), [
    ["\ufeffa", "file"],
  ]);
});
