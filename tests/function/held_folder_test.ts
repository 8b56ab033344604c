import assert from "node:assert/strict";
import { readlinkSync } from "node:fs";
import { open } from "node:fs/promises";
import { holdFolder, type OpenedFile, openNamedFile } from "../../lib/function/held_folder.ts";
import { UntrustedPathError } from "../../lib/system/trusted_path.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../temporary_directory.ts";

const USER = 54_321;
const OTHER = 54_322;
const isRoot = Deno.uid() === 0;

/** The text of a file in the folder "f", or why it is not opened. */
async function openIn(directory: TemporaryDirectory, name: string): Promise<string> {
  using folder = await holdFolder(directory.at("f"));
  return await textOf(await folder.open(directory.at(`f/${name}`)));
}

async function textOf(opened: OpenedFile): Promise<string> {
  if (opened.type !== "file") return opened.type;
  await using file = opened.file;
  return await file.readFile("utf8");
}

function testAsRoot(name: string, fn: () => Promise<void>): void {
  const why = isRoot ? "" : " (ignored: needs root)";
  Deno.test({ name: `${name}${why}`, ignore: !isRoot, fn });
}

async function run(program: string, ...args: string[]): Promise<void> {
  const { success } = await new Deno.Command(program, { args }).output();
  assert.ok(success, `${program} ${args.join(" ")}`);
}

Deno.test("holdFolder() opens files, also through links inside the folder", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("f/sub/file", "own");
  for (const [name, target] of [["relative", "sub"], ["absolute", directory.at("f/sub")]]) {
    await Deno.symlink(target!, directory.at(`f/${name}`));
    assert.equal(await openIn(directory, `${name}/file`), "own");
  }
  await Deno.symlink("../f/sub/../sub/file", directory.at("f/around"));
  assert.equal(await openIn(directory, "around"), "own");
});

Deno.test("holdFolder() returns why a file is not opened", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("f/file", "own");
  await directory.write("outside", "secret");
  await directory.write("f2/file", "secret");
  await run("mkfifo", directory.at("f/pipe"));
  using _socket = Deno.listen({ transport: "unix", path: directory.at("f/socket") });
  const links: readonly (readonly [name: string, target: string])[] = [
    ["out", directory.at("outside")],
    ["sibling", "../f2/file"],
    ["circle", "circle"],
    ["dangling", "none"],
    ["device", "/dev/zero"],
    ["environment", "/proc/self/environ"],
    ["top", directory.at("f")],
  ];
  for (const [name, target] of links) await Deno.symlink(target, directory.at(`f/${name}`));
  const cases: readonly (readonly [name: string, outcome: string])[] = [
    ["file", "own"],
    ["none", "missing"],
    ["file/below", "missing"],
    ["dangling", "missing"],
    ["out", "outside"],
    ["sibling", "outside"],
    ["../outside", "outside"],
    ["device", "outside"],
    ["environment", "outside"],
    ["top", "outside"],
    ["circle", "special"],
    ["pipe", "special"],
    ["socket", "special"],
    ["", "special"],
  ];
  for (const [name, outcome] of cases) assert.equal(await openIn(directory, name), outcome, name);
});

Deno.test("holdFolder() keeps the same folder after it was replaced", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("f/file", "own");
  using folder = await holdFolder(directory.at("f"));
  await Deno.rename(directory.at("f"), directory.at("before"));
  await directory.write("f/file", "another");
  assert.equal(await textOf(await folder.open(directory.at("f/file"))), "own");
});

Deno.test("openNamedFile() opens only regular files, at any path", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("file", "own");
  await Deno.symlink(directory.at("file"), directory.at("link"));
  assert.equal(await textOf(await openNamedFile(directory.at("link"))), "own");
  assert.equal(await textOf(await openNamedFile("/dev/zero")), "special");
  assert.equal(await textOf(await openNamedFile(directory.at("none"))), "missing");
});

testAsRoot(
  "holdFolder() refuses a hard link of what its directory's owner can't read",
  async () => {
    await using directory = await temporaryDirectory();
    await directory.write("f/dir/plain", "own");
    await directory.write("secret", "secret");
    await Deno.chmod(directory.at("secret"), 0o600);
    await Deno.link(directory.at("secret"), directory.at("f/dir/link"));
    // Everything is root's: root has put it there.
    assert.equal(await openIn(directory, "dir/link"), "secret");
    await Deno.chmod(directory.at("f/dir"), 0o775);
    assert.equal(await openIn(directory, "dir/link"), "hard-link");
    await Deno.chmod(directory.at("f/dir"), 0o755);
    await Deno.chown(directory.at("f/dir"), USER, USER);
    assert.equal(await openIn(directory, "dir/link"), "hard-link");
    await Deno.chmod(directory.at("secret"), 0o644);
    assert.equal(await openIn(directory, "dir/link"), "secret");
    await Deno.chmod(directory.at("secret"), 0o600);
    await Deno.chown(directory.at("secret"), USER, USER);
    assert.equal(await openIn(directory, "dir/link"), "secret");
  },
);

testAsRoot("holdFolder() follows another user's link to what is theirs alone", async () => {
  await using directory = await temporaryDirectory();
  const { at } = directory;
  await directory.write("home/v1/file", "own");
  await directory.write("theirs/file", "secret");
  await Deno.symlink("v1", at("home/current"));
  await run("chown", "--recursive", "--no-dereference", String(USER), at("home"));
  await run("chown", "--recursive", String(OTHER), at("theirs"));
  await Deno.symlink(at("home/current"), at("f"));
  assert.equal(await openIn(directory, "file"), "own");
  for (const target of [at("theirs"), "../theirs", "/etc"]) {
    await Deno.remove(at("home/current"));
    await Deno.symlink(target, at("home/current"));
    await run("chown", "--no-dereference", String(USER), at("home/current"));
    await assert.rejects(holdFolder(at("f")), UntrustedPathError, target);
  }
  // The same by root's own link.
  await Deno.remove(at("f"));
  await Deno.symlink(at("theirs"), at("f"));
  assert.equal(await openIn(directory, "file"), "secret");
});

testAsRoot("holdFolder() is not deceived by a mount in a namespace of the user's own", async () => {
  await using directory = await temporaryDirectory();
  const { at } = directory;
  await directory.write("f/file", "own");
  await directory.write("secret", "secret");
  const child = new Deno.Command("unshare", {
    args: ["--mount", "--propagation", "private", "sh", "-c"].concat(
      'mount --bind "$1" "$2" && echo ready && read -r _',
      ["sh", at("secret"), at("f/file")],
    ),
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  try {
    assert.ok(!(await reader.read()).done);
    await Deno.symlink(`/proc/${child.pid}/root${at("f/file")}`, at("f/link"));
    // The positive control: that file's path says that it is inside.
    await using secret = await open(at("f/link"), 0o10000000);
    assert.equal(readlinkSync(`/proc/self/fd/${secret.fd}`), at("f/file"));
    assert.equal(await Deno.readTextFile(at("f/link")), "secret");
    assert.equal(await openIn(directory, "link"), "outside");
    assert.equal(await openIn(directory, "file"), "own");
  } finally {
    await child.stdin.close();
    await child.status;
    await reader.cancel();
  }
});

testAsRoot("holdFolder() opens what is mounted into the folder on this host", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("f/file", "own");
  await directory.write("mounted", "mounted");
  await run("mount", "--bind", directory.at("mounted"), directory.at("f/file"));
  try {
    assert.equal(await openIn(directory, "file"), "mounted");
  } finally {
    await run("umount", directory.at("f/file"));
  }
});
