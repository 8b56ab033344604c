import assert from "node:assert/strict";
import { describeUnreadable } from "../../lib/function/unreadable_files.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

Deno.test("describeUnreadable() names files that not all users can read", async () => {
  await using directory = await temporaryDirectory();
  const { path, at, write } = directory;
  const readable = ["index.ts", "data/a.csv", "private/x"];
  const ignored = [".secret", "node_modules/m.js", ".env", "ddsrv.json"];
  for (const name of [...readable, ...ignored]) await write(name);
  for (const name of ["data", "private", "node_modules"]) await Deno.chmod(at(name), 0o755);
  for (const name of readable) await Deno.chmod(at(name), 0o644);
  for (const name of ignored) await Deno.chmod(at(name), 0o600);
  await Deno.symlink("/etc/shadow", at("link"));
  assert.equal(await describeUnreadable(path), undefined);
  await Deno.chmod(at("data/a.csv"), 0o640);
  assert.equal(
    await describeUnreadable(path),
    `Its own user can't read "data/a.csv" in its folder. Run: chmod -R a+rX "${path}"`,
  );
  await Deno.chmod(at("private"), 0o750);
  for (const name of ["1", "2", "3"]) await Deno.chmod(await write(name), 0o600);
  assert.match(await describeUnreadable(path) ?? "", /"[^"]+", "[^"]+", "[^"]+" and 2 more in its/);
  assert.equal(await describeUnreadable(path, { maxEntries: 0 }), undefined);
  const except = ["data/a.csv", "private", "1", "2"].map(at);
  assert.match(await describeUnreadable(path, { except }) ?? "", /can't read "3" in its folder/);
  assert.equal(await describeUnreadable(at("missing")), undefined);
});
