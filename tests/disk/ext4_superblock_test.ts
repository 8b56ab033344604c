import assert from "node:assert/strict";
import { parseSuperblock, readSuperblock } from "../../lib/disk/ext4_superblock.ts";
import { makeFileSystem } from "../../lib/disk/image_commands.ts";
import { run } from "../../lib/system/run.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

Deno.test("readSuperblock() reads size, files and errors of an ext4 file system", async () => {
  await using directory = await temporaryDirectory();
  const path = await directory.write("image");
  await Deno.truncate(path, 2 ** 26);
  await run(makeFileSystem(path, { bytes: 2 ** 26, files: 1_024 }));
  const found = { bytes: 2 ** 26, files: 1_024, label: "", hasErrors: false };
  assert.deepEqual(await readSuperblock(path), found);
  // Only tables use disk space: unwritten blocks are holes.
  assert.ok((await Deno.stat(path)).blocks! * 512 < 2 ** 20);
  const bytes = await Deno.readFile(path);
  bytes[1_024 + 0x3a] = 2;
  assert.deepEqual(parseSuperblock(bytes), { ...found, hasErrors: true });
});

Deno.test("readSuperblock() returns undefined without a superblock", async () => {
  await using directory = await temporaryDirectory();
  assert.equal(await readSuperblock(directory.at("missing")), undefined);
  assert.equal(await readSuperblock(await directory.write("short", "x")), undefined);
  assert.equal(parseSuperblock(new Uint8Array(4_096)), undefined);
});
