import assert from "node:assert/strict";
import { copyTree } from "../../lib/sandbox/copy_tree.ts";
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
