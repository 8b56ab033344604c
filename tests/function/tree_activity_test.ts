import assert from "node:assert/strict";
import { stampTree } from "../../lib/function/tree_activity.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

/** Gives an entry a time of change that is a second later each time, and in the future. */
function createToucher(): (path: string) => Promise<void> {
  let time = Math.ceil(Date.now() / 1000) + 3_600;
  return (path) => Deno.utime(path, ++time, time);
}

Deno.test("stampTree() returns the latest change at any depth", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("a");
  const before = await stampTree(directory.path);
  const deep = await directory.write("x/y/z/deep");
  const { mtime } = await Deno.stat(deep);
  const after = await stampTree(directory.path);
  assert.ok(after.changedAtMs >= mtime!.getTime());
  assert.ok(after.changedAtMs >= before.changedAtMs);
  assert.notEqual(after.text, before.text);
});

Deno.test("stampTree() sees new files with old times, as of cp -p", async () => {
  await using directory = await temporaryDirectory();
  await Deno.utime(await directory.write("a", "1"), 1, 1);
  const one = await stampTree(directory.path);
  await Deno.utime(await directory.write("b"), 1, 1);
  const two = await stampTree(directory.path);
  await directory.write("b", "more");
  await Deno.utime(directory.at("b"), 1, 1);
  const three = await stampTree(directory.path);
  assert.equal(new Set([one.text, two.text, three.text]).size, 3);
  assert.deepEqual(await stampTree(directory.path), three);
});

Deno.test("stampTree() does not count the directory itself", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("f/a");
  const before = await stampTree(directory.at("f"));
  await createToucher()(directory.at("f"));
  await Deno.rename(directory.at("f"), directory.at("g"));
  assert.deepEqual(await stampTree(directory.at("g")), before);
});

for (const skipped of [".git", "node_modules"]) {
  Deno.test(`stampTree() skips ${skipped} at any depth`, async () => {
    await using directory = await temporaryDirectory();
    await directory.write("x/a");
    await directory.write(`x/${skipped}/b`);
    const before = await stampTree(directory.path);
    await directory.write(`x/${skipped}/b`, "longer");
    await directory.write(`x/${skipped}/c`);
    assert.deepEqual(await stampTree(directory.path), before);
  });
}

Deno.test("stampTree() follows no symbolic link", async () => {
  await using directory = await temporaryDirectory();
  await using elsewhere = await temporaryDirectory();
  await Deno.symlink(elsewhere.path, directory.at("link"));
  const before = await stampTree(directory.path);
  await elsewhere.write("a", "1");
  assert.deepEqual(await stampTree(directory.path), before);
  assert.ok(before.changedAtMs > 0);
});

Deno.test("stampTree() reads a limited number of entries", async () => {
  await using directory = await temporaryDirectory();
  const deepest = `${"d/".repeat(4)}file`;
  await directory.write(deepest);
  const stamps = async (): Promise<string[]> => [
    (await stampTree(directory.path, { maxEntries: 3 })).text,
    (await stampTree(directory.path, { maxEntries: 100 })).text,
  ];
  const before = await stamps();
  await directory.write(deepest, "longer");
  const after = await stamps();
  assert.equal(after[0], before[0]);
  assert.notEqual(after[1], before[1]);
});

Deno.test("stampTree() returns 0 for an empty or missing directory", async () => {
  await using directory = await temporaryDirectory();
  assert.equal((await stampTree(directory.path)).changedAtMs, 0);
  assert.equal((await stampTree(directory.at("none"))).changedAtMs, 0);
});
