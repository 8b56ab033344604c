import assert from "node:assert/strict";
import { openBounder } from "../../lib/disk/bounder.ts";
import { seedWritable, type WritableName } from "../../lib/isolation/seed_writable.ts";
import { run } from "../../lib/system/run.ts";
import { testWith } from "../test_with.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const UID = 54_323;
const LIMITS = { bytes: 2 ** 24, files: 64 };

await testWith("mkfs.ext4", "seedWritable() copies a folder into an image, once", async () => {
  await using directory = await temporaryDirectory();
  const { at, write } = directory;
  await Deno.chmod(directory.path, 0o755);
  await write("f/uploads/a", "first");
  await Deno.chmod(at("f/uploads/a"), 0o444);
  await Deno.symlink("/etc/passwd", at("f/uploads/link"));
  await write("f/state", "own");
  await Deno.mkdir(at("home"), { mode: 0o700 });
  const bounder = await openBounder({ isRoot: true, onWarning() {} });
  // An image of an earlier version has no part for writable names.
  const parts = ["files", "storage"];
  const image = await bounder.open({ directory: at("home"), parts, uid: UID, limits: LIMITS });
  const home = { uid: UID, writable: image.pathOf("writable"), prefix: image.prefix };
  const seed = (names: readonly string[]): Promise<WritableName[]> =>
    seedWritable({ names, folder: at("f"), home, limits: LIMITS });
  const names = ["uploads", "state", "new.db", "a/b", "x.d/"];
  const found = await seed(names);
  assert.deepEqual(found.map(({ path, type }) => [path, type]), [
    ["uploads", "directory"],
    ["state", "file"],
    ["new.db", "file"],
    ["a/b", "directory"],
    ["x.d", "directory"],
  ]);
  const look = (): Promise<string> =>
    run([
      ...image.prefix,
      "sh",
      "-c",
      'cd "$1" && find . -printf "%P=%M=%u=%l\\n" | LC_ALL=C sort',
      "sh",
      home.writable,
    ]);
  const all = await look();
  assert.deepEqual(all.trim().replaceAll(`=${UID}=`, "=").split("\n"), [
    "=drwx------=",
    "d.a%2Fb=drwx------=",
    "d.uploads/a=-rw-r--r--=",
    "d.uploads/link=lrwxrwxrwx=/etc/passwd",
    "d.uploads=drwx------=",
    "d.x.d=drwx------=",
    "f.new.db/new.db=-rw-r--r--=",
    "f.new.db=drwx------=",
    "f.state/state=-rw-r--r--=",
    "f.state=drwx------=",
  ]);
  await write("f/uploads/b", "later");
  assert.deepEqual(await seed(names), found);
  assert.equal(await look(), all);
  // Whatever goes wrong, nothing is left of it, and the next start tries again.
  await Deno.symlink("/etc", at("f/evil"));
  await run(["mkfifo", at("f/pipe")]);
  for (let file = 0; file < 65; file++) await write(`f/many/${file}`);
  await write("f/large/x", "x".repeat(2 ** 24));
  for (
    const [name, message] of [
      ["evil", /"evil" leads through a link\. Replace the link/],
      ["evil/passwd", /"evil\/passwd" leads through a link/],
      ["pipe", /"pipe" is neither a file nor a directory/],
      ["many", /"many" is larger than dataSize and dataFiles allow/],
      ["large", /"large" is larger than dataSize/],
    ] as const
  ) {
    await assert.rejects(seed([name]), message);
  }
  assert.deepEqual((await seed(["pipe2"])).map(({ type }) => type), ["directory"]);
  assert.doesNotMatch(await look(), /new\b(?!\.db)|evil|many|large/);
});
