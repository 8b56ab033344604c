import assert from "node:assert/strict";
import { copyTree } from "../../lib/sandbox/copy_tree.ts";
import { CommandError, type Run } from "../../lib/system/run.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

Deno.test("copyTree() copies private files with owners and modes as root", async () => {
  await using directory = await temporaryDirectory();
  const secret = await directory.write("source/secret", "text");
  await Deno.chmod(secret, 0o600);
  await Deno.chown(secret, 54_321, 54_322);
  const target = directory.at("target");
  await copyTree({ source: directory.at("source"), target, isSandboxed: true });
  const { uid, gid, mode } = await Deno.stat(`${target}/secret`);
  assert.deepEqual([uid, gid, mode! & 0o777], [54_321, 54_322, 0o600]);
  assert.equal(await Deno.readTextFile(`${target}/secret`), "text");
});

Deno.test("copyTree() names the copy that failed, without its sandbox", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("source/file", "text");
  const [source, target] = [directory.at("source"), directory.at("target")];
  const run: Run = (command) =>
    Promise.reject(new CommandError(command, "exited with 1 (no room)"));
  await assert.rejects(copyTree({ source, target, isSandboxed: true, run }), {
    message: `"cp -a -- ${source} ${target}" failed: exited with 1 (no room)`,
  });
});
