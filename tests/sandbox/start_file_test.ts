import assert from "node:assert/strict";
import { hasLoaded, writeStartFile } from "../../lib/sandbox/start_file.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const uid = Deno.uid()!;

const listen = {
  hostname: "0.0.0.0",
  port: 8_000,
  isUnix: false,
  isAlone: false,
  isParked: false,
  usesNode: false,
};

Deno.test("writeStartFile() writes for one user, and removes the file", async () => {
  await using directory = await temporaryDirectory();
  const path = directory.at("start/a.json");
  const variables = { A: 'x"\n', LD_PRELOAD: "/evil.so" };
  {
    await using file = await writeStartFile(path, { ...listen, variables }, uid);
    assert.deepEqual(JSON.parse(await Deno.readTextFile(file.path)), { ...listen, variables });
    assert.equal((await Deno.stat(path)).mode! & 0o777, 0o400);
  }
  await assert.rejects(Deno.stat(path), Deno.errors.NotFound);
});

Deno.test("writeStartFile() replaces a predecessor's file, and follows no link", async () => {
  await using directory = await temporaryDirectory();
  const other = await directory.write("other", "untouched");
  const path = directory.at("a.json");
  await Deno.symlink(other, path);
  await using _ = await writeStartFile(path, { ...listen, variables: {} }, uid);
  assert.equal(await Deno.readTextFile(other), "untouched");
  assert.ok((await Deno.lstat(path)).isFile);
});

Deno.test("hasLoaded() sees the shared lock of a process that has loaded", async () => {
  await using directory = await temporaryDirectory();
  const path = directory.at("a.json");
  assert.equal(hasLoaded(path), false);
  await using _ = await writeStartFile(path, { ...listen, variables: {} }, uid);
  assert.equal(hasLoaded(path), false);
  {
    using file = Deno.openSync(path);
    file.lockSync(false);
    assert.equal(hasLoaded(path), true);
  }
  assert.equal(hasLoaded(path), false);
});
