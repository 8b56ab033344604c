import assert from "node:assert/strict";
import { writeWholeFile } from "../../lib/system/write_whole_file.ts";
import { run } from "../../lib/system/run.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

Deno.test("writeWholeFile() creates its directory and files only for the owner", async () => {
  await using directory = await temporaryDirectory();
  const path = directory.at("a/b/file");
  await writeWholeFile(path, "one");
  await writeWholeFile(path, "two");
  assert.equal(await Deno.readTextFile(path), "two");
  assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
  assert.equal((await Deno.stat(directory.at("a/b"))).mode! & 0o077, 0);
});

Deno.test("writeWholeFile() keeps the old file if the disk is full", async () => {
  await using directory = await temporaryDirectory();
  if (Deno.uid() !== 0) {
    Deno.stdout.writeSync(new TextEncoder().encode("Skipped: to mount takes root\n"));
    return;
  }
  await run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", directory.path]);
  try {
    const path = directory.at("file");
    await writeWholeFile(path, "old");
    await assert.rejects(writeWholeFile(path, "x".repeat(2 ** 20)), /No space left/);
    assert.equal(await Deno.readTextFile(path), "old");
    assert.deepEqual([...Deno.readDirSync(directory.path)].map(({ name }) => name), ["file"]);
  } finally {
    await run(["umount", directory.path]);
  }
});
