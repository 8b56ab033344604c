import assert from "node:assert/strict";
import { removeIfThere } from "../../lib/system/remove_if_there.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

Deno.test("removeIfThere() removes a file, and a directory with all that is in it", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("file");
  await directory.write("a/b/c");
  for (const name of ["file", "a"]) {
    await removeIfThere(directory.at(name));
    await assert.rejects(Deno.lstat(directory.at(name)), Deno.errors.NotFound);
  }
});

Deno.test("removeIfThere() has nothing to do where there is nothing", async () => {
  await using directory = await temporaryDirectory();
  await removeIfThere(directory.at("nowhere"));
  await removeIfThere(directory.at("nowhere/at/all"));
});

Deno.test("removeIfThere() removes a link, and not what it leads to", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("kept/file");
  await Deno.symlink(directory.at("kept"), directory.at("link"));
  await directory.write("a/file");
  await Deno.symlink(directory.at("kept"), directory.at("a/link"));
  for (const name of ["link", "a"]) {
    await removeIfThere(directory.at(name));
    await assert.rejects(Deno.lstat(directory.at(name)), Deno.errors.NotFound);
  }
  assert.equal(await Deno.readTextFile(directory.at("kept/file")), "");
});

Deno.test("removeIfThere() says what else goes wrong", async () => {
  await using directory = await temporaryDirectory();
  const file = await directory.write("file");
  await assert.rejects(removeIfThere(`${file}/x`));
  await removeIfThere(file);
});
