import assert from "node:assert/strict";
import { writeEnvFile } from "../../lib/process/env_file.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const uid = Deno.uid()!;

Deno.test("writeEnvFile() writes for one user alone, and takes the file away again", async () => {
  await using directory = await temporaryDirectory();
  const path = directory.at("env/a.json");
  {
    await using file = await writeEnvFile(path, { A: 'x"\n', LD_PRELOAD: "/evil.so" }, uid);
    assert.deepEqual(JSON.parse(await Deno.readTextFile(file.path)), {
      A: 'x"\n',
      LD_PRELOAD: "/evil.so",
    });
    assert.equal((await Deno.stat(path)).mode! & 0o777, 0o400);
  }
  await assert.rejects(Deno.stat(path), Deno.errors.NotFound);
});

Deno.test("writeEnvFile() replaces what a predecessor left, and follows no link", async () => {
  await using directory = await temporaryDirectory();
  const other = await directory.write("other", "untouched");
  const path = directory.at("a.json");
  await Deno.symlink(other, path);
  await using _ = await writeEnvFile(path, {}, uid);
  assert.equal(await Deno.readTextFile(other), "untouched");
  assert.ok((await Deno.lstat(path)).isFile);
});
