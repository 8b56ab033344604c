import assert from "node:assert/strict";
import { join } from "node:path";
import { findImageProblem, openBounder } from "../../lib/disk/bounder.ts";
import { readSuperblock } from "../../lib/disk/ext4_superblock.ts";
import { tryImages } from "../../lib/disk/image_commands.ts";
import { CommandError, run } from "../../lib/system/run.ts";
import { temporaryDirectory } from "../temporary_directory.ts";
import { testWith } from "../test_with.ts";

const LIMITS = { bytes: 2 ** 26, files: 256 };
const UID = 300_001;

/** A host without loop devices. */
const noLoops = (command: readonly string[]): Promise<string> =>
  Promise.reject(new CommandError(command, "exited with 125 (failed to setup loop device)"));

Deno.test("openBounder() counts where images can't be mounted, and warns with a remedy", async () => {
  const warnings: string[] = [];
  const onWarning = (message: string): number => warnings.push(message);
  const bounder = await openBounder({ isRoot: true, onWarning, run: noLoops });
  await using directory = await temporaryDirectory();
  const place = { directory: directory.path, parts: ["files"], uid: Deno.uid()!, limits: LIMITS };
  assert.equal((await bounder.open(place)).isFileSystem, false);
  assert.match(
    warnings.join(),
    /can't limit the data of functions, .*every few seconds: .*loop device.*Install e2fsprogs/,
  );
  await openBounder({ isRoot: false, onWarning, run: noLoops });
  assert.equal(warnings.length, 1);
});

Deno.test("Bounder.open() refuses to replace an image that it can't mount", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("image", "x");
  const bounder = await openBounder({ isRoot: true, onWarning() {}, run: noLoops });
  const place = { directory: directory.path, parts: ["files"], uid: UID, limits: LIMITS };
  await assert.rejects(bounder.open(place), /Its data is in the image ".*this host can't mount/);
});

Deno.test("BoundedDirectory.watch() rejects a directory above its limits", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("files/large", "x".repeat(2 ** 20));
  const bounder = await openBounder({ isRoot: false, onWarning() {} });
  const limits = { bytes: 2 ** 19, files: 9 };
  const place = { directory: directory.path, parts: ["files"], uid: undefined, limits };
  const { watch } = await bounder.open(place);
  await assert.rejects(
    watch(() => assert.fail()),
    /It can't start: its data is larger than dataSize allows. Remove files in ".*files"/,
  );
});

await testWith(
  "mkfs.ext4",
  "a plain directory is mounted noexec and nosuid",
  async () => {
    await using directory = await temporaryDirectory();
    const bounder = await openBounder({ isRoot: true, onWarning() {}, run: noLoops });
    const place = { directory: directory.path, parts: ["files"], uid: UID, limits: LIMITS };
    const { prefix, pathOf } = await bounder.open(place);
    const tool = join(pathOf("files"), "tool");
    await Deno.writeTextFile(tool, "#!/bin/sh\necho ran\n", { mode: 0o755 });
    assert.equal(await run([tool]), "ran\n");
    await assert.rejects(run([...prefix, tool]), /Permission denied/);
    // A file can't be larger than the limit of all files.
    const large = join(pathOf("files"), "large");
    await run([...prefix, "fallocate", "-l", "32MiB", large]);
    await assert.rejects(run([...prefix, "fallocate", "-l", "65MiB", large]));
  },
);

await testWith(
  "mkfs.ext4",
  "an image enforces its limits, and is repaired and enlarged",
  async () => {
    await using directory = await temporaryDirectory();
    const bounder = await openBounder({ isRoot: true, onWarning() {} });
    const parts = ["files", "storage"];
    const open = (limits = LIMITS) =>
      bounder.open({ directory: directory.path, parts, uid: UID, limits });
    // Both in parallel: one image.
    const [first, second] = await Promise.all([open(), open()]);
    assert.ok(first.isFileSystem);
    assert.deepEqual(first.prefix, second.prefix);
    const kept = join(first.pathOf("files"), "kept");
    await run([...first.prefix, "sh", "-c", 'echo data >"$1"', "sh", kept]);
    assert.equal(
      (await run([...second.prefix, "stat", "-c", "%u %a", first.pathOf("storage")])).trim(),
      `${UID} 700`,
    );
    await assert.rejects(
      run([...first.prefix, "fallocate", "-l", "64MiB", kept + "2"]),
      /No space/,
    );
    // Another user, after the user range changed.
    const place = { directory: directory.path, parts, uid: UID + 1, limits: LIMITS };
    const other = await bounder.open(place);
    assert.equal((await readSuperblock(directory.at("image")))!.label, String(UID + 1));
    const owner = await run([...other.prefix, "stat", "-c", "%u", other.pathOf("files")]);
    assert.equal(owner.trim(), String(UID + 1));
    await open();
    // The host does not mount it, and nothing is left.
    await assert.rejects(Deno.stat(kept), Deno.errors.NotFound);
    assert.equal(await run(["losetup", "--associated", directory.at("image")]), "");
    // Errors that the kernel recorded are repaired before the next mount.
    const image = directory.at("image");
    await run(["debugfs", "-w", "-R", "set_super_value state 3", image]);
    assert.equal((await readSuperblock(image))!.hasErrors, true);
    const larger = await open({ ...LIMITS, bytes: 2 ** 27 });
    assert.deepEqual(larger.problems, []);
    assert.equal((await readSuperblock(image))!.hasErrors, false);
    await run([...larger.prefix, "fallocate", "-l", "100MiB", kept + "2"]);
    assert.equal(await run([...larger.prefix, "cat", kept]), "data\n");
    assert.match((await open()).problems.join(), /may use 128MiB, .*an image never shrinks/);
  },
);

await testWith("mkfs.ext4", "an interrupted move into an image starts again", async () => {
  await using directory = await temporaryDirectory();
  const bounder = await openBounder({ isRoot: true, onWarning() {} });
  const place = {
    directory: directory.path,
    parts: ["files", "storage"],
    uid: UID,
    limits: LIMITS,
  };
  // Between the two renames: the copy is complete, but the image not in place.
  await directory.write("files.moved/a", "a");
  await directory.write("storage/b", "b");
  await directory.write("image.new", "half");
  const { prefix, pathOf } = await bounder.open(place);
  const paths = [join(pathOf("files"), "a"), join(pathOf("storage"), "b")];
  assert.equal(await run([...prefix, "cat", ...paths]), "ab");
  assert.deepEqual([...Deno.readDirSync(directory.path)].map(({ name }) => name).sort(), [
    "image",
    "mount",
  ]);
  // After both renames: the old directories are removed.
  await directory.write("files.moved/a", "a");
  await bounder.open(place);
  await assert.rejects(Deno.stat(directory.at("files.moved")), Deno.errors.NotFound);
});

await testWith(
  "mkfs.ext4",
  "data that does not fit stays in place, with an error",
  async () => {
    await using directory = await temporaryDirectory();
    const bounder = await openBounder({ isRoot: true, onWarning() {} });
    const limits = { bytes: 2 ** 24, files: 64 };
    const place = { directory: directory.path, parts: ["files"], uid: UID, limits };
    await directory.write("files/large", "x".repeat(2 ** 24));
    await assert.rejects(
      bounder.open(place),
      /Cannot move the data in ".*" into an image of 16MiB: exited with 1 \(cp: .*Raise dataSize and dataFiles/,
    );
    assert.equal((await Deno.stat(directory.at("files/large"))).size, 2 ** 24);
    await Deno.remove(directory.at("files/large"));
    await bounder.open(place);
  },
);

await testWith("mkfs.ext4", "a file that is not an image is not overwritten", async () => {
  await using directory = await temporaryDirectory();
  const bounder = await openBounder({ isRoot: true, onWarning() {} });
  await directory.write("image", "somebody's");
  const place = { directory: directory.path, parts: ["files"], uid: UID, limits: LIMITS };
  await assert.rejects(bounder.open(place), /contains no file system. Restore it from a backup/);
});

await testWith(
  "mkfs.ext4",
  "an image with errors stops the process that uses it, to be repaired",
  async () => {
    await using directory = await temporaryDirectory();
    const bounder = await openBounder({ isRoot: true, onWarning() {}, pauseMs: 1 });
    const place = { directory: directory.path, parts: ["files"], uid: UID, limits: LIMITS };
    const { watch } = await bounder.open(place);
    const found = Promise.withResolvers<string>();
    using _ = await watch(found.resolve);
    await run(["debugfs", "-w", "-R", "set_super_value state 3", directory.at("image")]);
    assert.match(
      await found.promise,
      /the host's disk was full or failed, so its data became read-only/,
    );
  },
);

await testWith(
  "mkfs.ext4",
  "the smallest image accepts the largest possible number of files",
  async () => {
    await using directory = await temporaryDirectory();
    const bounder = await openBounder({ isRoot: true, onWarning() {} });
    const limits = { bytes: 2 ** 24, files: 2 ** 32 - 1 };
    await bounder.open({ directory: directory.path, parts: ["files"], uid: UID, limits });
    assert.equal((await readSuperblock(directory.at("image")))!.files, 4_096);
  },
);

await testWith("mkfs.ext4", "findImageProblem() names a missing program", async () => {
  await using directory = await temporaryDirectory();
  for (const name of ["unshare", "sh", "mount", "truncate", "mkfs.ext4", "mkdir", "resize2fs"]) {
    const path = (await run(["sh", "-c", 'command -v "$1"', "sh", name])).trim();
    await Deno.symlink(path, directory.at(name));
  }
  const withPath = (command: readonly string[]): Promise<string> =>
    run(["env", `PATH=${directory.path}`, ...command]);
  assert.match(await findImageProblem(withPath) ?? "", /e2fsck is not installed/);
  assert.equal(await findImageProblem(), undefined);
});

await testWith(
  "mkfs.ext4",
  "a missing loop device node, as in a container, is created",
  async () => {
    await using directory = await temporaryDirectory();
    const script = `mount -t tmpfs -o mode=755 tmpfs "$1" && cd "$1" &&
for name in null zero random urandom loop-control; do cp -a "/dev/$name" . || exit 1; done &&
mount --bind "$1" /dev && shift && "$@" && ls /dev`;
    const command = [
      "unshare",
      "--mount",
      "--propagation",
      "private",
      "--",
      "sh",
      "-c",
      script,
      "sh",
    ];
    const shown = await run([...command, directory.path, ...tryImages()]);
    assert.match(shown, /^loop\d+$/m);
  },
);
