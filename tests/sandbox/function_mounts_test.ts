import assert from "node:assert/strict";
import { functionMounts } from "../../lib/sandbox/function_mounts.ts";
import { UntrustedPathError } from "../../lib/system/trusted_path.ts";
import { openBelow } from "../open_below.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

Deno.test("functionMounts() shows only the function's source and the shared code", async () => {
  await using directory = await temporaryDirectory();
  await using elsewhere = await temporaryDirectory();
  const { path, at } = directory;
  for (const name of ["b/index.ts", "_shared/m.ts", "deno.json", "ddsrv.json", ".env"]) {
    await directory.write(name);
  }
  await Deno.symlink(elsewhere.path, at("a"));
  const etc = [{ source: "/x/hosts", target: "/etc/hosts" }];
  await using seen = await functionMounts({ functionsDirectory: path, name: "a", etc });
  const { mounts } = seen;
  const ours = mounts.filter(({ target }) => target.startsWith(path));
  const places = ours.map(async ({ source, target }) => {
    assert.ok(typeof source !== "string", `${target} is held`);
    return [await Deno.realPath(source.pathForChildren), target];
  });
  assert.deepEqual(await Promise.all(places), [
    [elsewhere.path, at("a")],
    [at("deno.json"), at("deno.json")],
    [at("_shared"), at("_shared")],
  ]);
  assert.deepEqual(mounts[0], { source: Deno.execPath(), target: "/ddsrv/deno" });
  assert.ok(mounts.some(({ source }) => source === "/x/hosts"));
  assert.ok(mounts.every((mount) => mount.isWritable !== true));
  assert.equal(new Set(mounts.map(({ target }) => target)).size, mounts.length);
});

Deno.test("functionMounts() rejects when the function's directory does not exist", async () => {
  await using directory = await temporaryDirectory();
  const options = { functionsDirectory: directory.path, name: "a", etc: [] };
  await assert.rejects(functionMounts(options), Deno.errors.NotFound);
});

Deno.test("functionMounts() refuses shared code behind a link to another user's files", async () => {
  await using directory = await temporaryDirectory();
  const { path, at } = directory;
  for (const name of ["a/index.ts", "elsewhere/m.ts"]) await directory.write(name);
  await Deno.symlink(at("elsewhere"), at("_shared"));
  const options = { functionsDirectory: path, name: "a", etc: [] };
  await (await functionMounts(options))[Symbol.asyncDispose]();
  await new Deno.Command("chown", { args: ["-h", "54321", at("_shared")] }).output();
  await assert.rejects(functionMounts(options), (error) => {
    assert.ok(error instanceof UntrustedPathError);
    assert.ok(error.message.startsWith(`"${at("_shared")}" leads through the link "_shared" (to`));
    return true;
  });
  assert.deepEqual(openBelow(path), [], "what was held is let go");
});
