import assert from "node:assert/strict";
import { join } from "node:path";
import { nameFile } from "../../lib/system/held_path.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

Deno.test("nameFile() refers to a directory, a file, and a link with or without following", async () => {
  await using directory = await temporaryDirectory();
  const path = (name: string): string => join(directory.path, name);
  await Deno.writeTextFile(path("file"), "text");
  await Deno.symlink("file", path("link"));
  using folder = await nameFile(directory.path, { isFollowing: true });
  assert.ok((await folder.stat()).isDirectory());
  using followed = await nameFile(path("link"), { isFollowing: true });
  assert.equal((await followed.stat()).size, 4);
  assert.equal(followed.place(), await Deno.realPath(path("file")));
  using link = await nameFile(path("link"), { isFollowing: false });
  assert.ok((await link.stat()).isSymbolicLink());
  assert.equal(await link.readLink(), "file");
});

Deno.test("nameFile() fails like open(2) for a missing file and a circle of links", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "circle");
  await Deno.symlink("circle", path);
  await assert.rejects(nameFile(`${path}x`, { isFollowing: true }), { code: "ENOENT" });
  await assert.rejects(nameFile(path, { isFollowing: true }), { code: "ELOOP" });
});
