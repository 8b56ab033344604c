import assert from "node:assert/strict";
import { functionMounts } from "../../lib/sandbox/function_mounts.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

Deno.test("functionMounts() shows a function its own source and the shared code, no other", async () => {
  await using directory = await temporaryDirectory();
  await using elsewhere = await temporaryDirectory();
  const { path, at } = directory;
  for (const name of ["b/index.ts", "_shared/m.ts", "deno.json", "ddsrv.json", ".env"]) {
    await directory.write(name);
  }
  await Deno.symlink(elsewhere.path, at("a"));
  const etc = [{ source: "/x/hosts", target: "/etc/hosts" }];
  const mounts = await functionMounts({ functionsDirectory: path, name: "a", etc });
  const ours = mounts.filter(({ target }) => target.startsWith(path));
  assert.deepEqual(ours, [
    { source: elsewhere.path, target: at("a") },
    { source: at("deno.json"), target: at("deno.json") },
    { source: at("_shared"), target: at("_shared") },
  ]);
  assert.deepEqual(mounts[0], { source: Deno.execPath(), target: "/ddsrv/deno" });
  assert.ok(mounts.some(({ source }) => source === "/x/hosts"));
  assert.ok(mounts.every((mount) => mount.isWritable !== true));
  assert.equal(new Set(mounts.map(({ target }) => target)).size, mounts.length);
});

Deno.test("functionMounts() rejects when the function's directory is gone", async () => {
  await using directory = await temporaryDirectory();
  const options = { functionsDirectory: directory.path, name: "a", etc: [] };
  await assert.rejects(functionMounts(options), Deno.errors.NotFound);
});
