import assert from "node:assert/strict";
import { acquireLockFile, isLocked } from "../../lib/system/lock_file.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

Deno.test("acquireLockFile() locks exclusively", async () => {
  await using directory = await temporaryDirectory();
  const path = directory.at("locks/one");
  {
    using held = acquireLockFile(path);
    assert.ok(held);
    assert.equal(acquireLockFile(path), undefined);
    using other = acquireLockFile(directory.at("locks/two"));
    assert.ok(other);
  }
  using again = acquireLockFile(path);
  assert.ok(again);
});

Deno.test("acquireLockFile() removes the file, and the directory after the last lock", async () => {
  await using directory = await temporaryDirectory();
  const [one, two] = ["one", "two"].map((name) => acquireLockFile(directory.at(`deep/l/${name}`)));
  one![Symbol.dispose]();
  assert.equal(await exists(directory.at("deep/l/one")), false);
  assert.equal(await exists(directory.at("deep/l/two")), true);
  two![Symbol.dispose]();
  assert.equal(await exists(directory.at("deep/l")), false);
});

Deno.test("acquireLockFile() locks a leftover file, as after kill -9", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("locks/one", "left");
  using lock = acquireLockFile(directory.at("locks/one"));
  assert.ok(lock);
});

Deno.test("acquireLockFile() sees a lock that another process holds", async () => {
  await using directory = await temporaryDirectory();
  const path = directory.at("locks/one");
  const module = new URL("../../lib/system/lock_file.ts", import.meta.url).href;
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      `import { acquireLockFile, isLocked } from ${JSON.stringify(module)};
       const lock = acquireLockFile(${JSON.stringify(path)});
       console.log(lock === undefined ? "refused" : "held");
       await Deno.stdin.read(new Uint8Array(1));
       Deno.kill(Deno.pid, "SIGKILL");`,
    ],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  assert.equal(new TextDecoder().decode(value), "held\n");
  assert.equal(acquireLockFile(path), undefined);
  await child.stdin.close();
  await child.status;
  await reader.cancel();
  using lock = acquireLockFile(path);
  assert.ok(lock);
});

Deno.test("acquireLockFile() replaces the text of an earlier holder", async () => {
  await using directory = await temporaryDirectory();
  const path = await directory.write("locks/one", "a longer text, of one who was killed");
  using held = acquireLockFile(path, "me");
  assert.ok(held);
  assert.equal(await Deno.readTextFile(path), "me");
  assert.equal(acquireLockFile(path, "another"), undefined);
  assert.equal(await Deno.readTextFile(path), "me");
});

Deno.test("isLocked() reports a held lock and creates no file", async () => {
  await using directory = await temporaryDirectory();
  const path = directory.at("locks/one");
  assert.equal(isLocked(path), false);
  assert.equal(await exists(directory.at("locks")), false);
  const held = acquireLockFile(path)!;
  assert.equal(isLocked(path), true);
  held[Symbol.dispose]();
  assert.equal(isLocked(await directory.write("locks/one")), false);
  using again = acquireLockFile(path);
  assert.ok(again);
});
