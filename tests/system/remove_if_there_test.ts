import assert from "node:assert/strict";
import { removeIfThere } from "../../lib/system/remove_if_there.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

Deno.test("removeIfThere() removes a file and a directory tree", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("file");
  await directory.write("a/b/c");
  for (const name of ["file", "a"]) {
    await removeIfThere(directory.at(name));
    await assert.rejects(Deno.lstat(directory.at(name)), Deno.errors.NotFound);
  }
});

Deno.test("removeIfThere() ignores a missing path", async () => {
  await using directory = await temporaryDirectory();
  await removeIfThere(directory.at("nowhere"));
  await removeIfThere(directory.at("nowhere/at/all"));
});

Deno.test("removeIfThere() removes a link but not its target", async () => {
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

Deno.test("removeIfThere() rejects for other errors", async () => {
  await using directory = await temporaryDirectory();
  const file = await directory.write("file");
  await assert.rejects(removeIfThere(`${file}/x`));
  await removeIfThere(file);
});

/** Far more than a thread's stack holds, where a level of the tree takes a call. */
const LEVELS = 15_000;

/** A directory in memory, where the host has one: so many levels take a slow disk a minute. */
async function inMemory(): Promise<string> {
  const prefix = "ddsrv-test-";
  return await Deno.makeTempDir({ dir: "/dev/shm", prefix })
    .catch(() => Deno.makeTempDir({ prefix }));
}

/** Removes a path by one of the calls, in a process of its own, which may not survive it. */
async function removeElsewhere(call: string, path: string): Promise<boolean> {
  const module = call === "removeEntry" ? "function/set_aside.ts" : "system/remove_if_there.ts";
  const code = `import { ${call} } from "${import.meta.resolve(`../../lib/${module}`)}";
    await ${call}(Deno.args[0]);`;
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--allow-all",
      `data:application/typescript,${encodeURIComponent(code)}`,
      path,
    ],
  }).output();
  return success;
}

for (const call of ["removeIfThere", "removeEntry"]) {
  Deno.test(`${call}() survives deeply nested directories`, async () => {
    const directory = await inMemory();
    try {
      for (const levels of [10, LEVELS]) {
        // By its working directory: no path is long enough.
        const { success } = await new Deno.Command("perl", {
          args: ["-e", "for (1..shift) { mkdir 'a' or die; chdir 'a' or die }", String(levels)],
          cwd: directory,
        }).output();
        assert.ok(success);
        assert.ok(await removeElsewhere(call, `${directory}/a`), `${levels} levels`);
        await assert.rejects(Deno.lstat(`${directory}/a`), Deno.errors.NotFound);
      }
    } finally {
      await new Deno.Command("rm", { args: ["-rf", directory] }).output();
    }
  });
}
