import { deepEqual, equal, rejects } from "node:assert/strict";
import { join } from "node:path";
import { inspectDeno, ownDeno, stampOf } from "../../lib/sandbox/deno_binary.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../temporary_directory.ts";

/** What a program says to `--version`. */
function saying(text: string): { readonly run: () => Promise<string> } {
  return { run: () => Promise.resolve(text) };
}

const SAYS = "deno 2.8.1 (stable, release, x86_64-unknown-linux-gnu)\nv8 14\n";

async function program(directory: TemporaryDirectory, mode = 0o755): Promise<string> {
  const path = await directory.write("bin/deno", "");
  await Deno.chmod(path, mode);
  return path;
}

Deno.test("inspectDeno() returns the real path and the version", async () => {
  await using directory = await temporaryDirectory();
  const path = await program(directory);
  await Deno.symlink("bin/deno", directory.at("link"));
  deepEqual(await inspectDeno(directory.at("link"), saying(SAYS)), { path, version: "2.8.1" });
});

Deno.test("inspectDeno() asks the program itself", async () => {
  const { version } = ownDeno();
  await using directory = await temporaryDirectory();
  const path = await directory.write("deno", `#!/bin/sh\necho "deno ${version} (\${#} $1)"\n`);
  await Deno.chmod(path, 0o755);
  deepEqual(await inspectDeno(path), { path, version });
  await directory.write("deno", "#!/bin/sh\nexit 3\n");
  await rejects(inspectDeno(path), /failed: exited with 3/);
});

Deno.test("inspectDeno() refuses what is no Deno that functions can use", async () => {
  await using directory = await temporaryDirectory();
  const path = await program(directory);
  const rows: readonly [string, RegExp][] = [
    ["", /is not Deno: its --version says ""$/],
    ["v22.1.0\n", /is not Deno: its --version says "v22\.1\.0"$/],
    ["deno 2.8.1x\n", /is not Deno/],
    ["deno 2.4.9 (stable)\n", /is Deno 2\.4\.9\. Functions need 2\.5\.0 or later$/],
  ];
  for (const [said, message] of rows) await rejects(inspectDeno(path, saying(said)), message);
  await rejects(inspectDeno(directory.at("bin"), saying(SAYS)), /is not a file$/);
  await rejects(inspectDeno(directory.at("none"), saying(SAYS)), /ENOENT|No such file/);
});

Deno.test("inspectDeno() runs no program that others can change", async () => {
  await using directory = await temporaryDirectory();
  const path = await program(directory, 0o775);
  const never = { run: () => Promise.reject(new Error("It ran")) };
  await rejects(inspectDeno(path, never), /deno" can be changed by other users\. Make root/);
  await Deno.chmod(path, 0o755);
  await Deno.chmod(directory.at("bin"), 0o777);
  await rejects(inspectDeno(path, never), /bin", which contains .* can be changed by other users/);
  await Deno.chmod(directory.at("bin"), 0o755);
  await rejects(inspectDeno(path, never), /^Error: It ran$/);
});

Deno.test(
  "inspectDeno() runs no program of another user",
  { ignore: Deno.uid() !== 0 },
  async () => {
    await using directory = await temporaryDirectory();
    const path = await program(directory);
    const never = { run: () => Promise.reject(new Error("It ran")) };
    await Deno.chown(path, 12_345, 12_345);
    await rejects(inspectDeno(path, never), /deno" belongs to user 12345\. Make root its owner/);
    await Deno.chown(path, 0, 0);
    await Deno.chown(directory.at("bin"), 12_345, 12_345);
    await Deno.chmod(directory.at("bin"), 0o1755);
    await rejects(inspectDeno(path, never), /bin", which contains .* belongs to user 12345/);
  },
);

Deno.test("stampOf() follows links, and differs after a change", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("one", "1");
  await directory.write("two", "1");
  await Deno.symlink(directory.at("one"), directory.at("link"));
  const before = await stampOf(directory.at("link"));
  equal(before, await stampOf(directory.at("one")));
  await Deno.remove(directory.at("link"));
  await Deno.symlink(join(directory.path, "two"), directory.at("link"));
  equal(before === await stampOf(directory.at("link")), false);
});
