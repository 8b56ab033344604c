import assert from "node:assert/strict";
import { formatUserFiles, writeUserFiles } from "../../lib/sandbox/user_files.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

Deno.test("formatUserFiles() has entries of root, nobody and the function's user", () => {
  assert.deepEqual(formatUserFiles(34577), {
    passwd: "root:x:0:0:root:/root:/usr/sbin/nologin\n" +
      "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n" +
      "function:x:34577:34577:function:/tmp:/usr/sbin/nologin\n",
    group: "root:x:0:\nnogroup:x:65534:\nfunction:x:34577:\n",
  });
});

Deno.test("formatUserFiles() has one entry for each user id", () => {
  const { passwd, group } = formatUserFiles(65534);
  assert.equal(passwd.match(/:65534:65534:/g)?.length, 1, passwd);
  assert.match(passwd, /^function:x:65534:/m);
  assert.equal(group, "root:x:0:\nfunction:x:65534:\n");
});

Deno.test("writeUserFiles() writes files for one instance, and removes them", async () => {
  await using directory = await temporaryDirectory();
  const users = directory.at("users");
  const one = await writeUserFiles(users, 1000);
  const other = await writeUserFiles(users, 1000);
  assert.deepEqual(one.mounts.map(({ target }) => target), ["/etc/passwd", "/etc/group"]);
  const texts = await Promise.all(
    one.mounts.map(({ source }) => Deno.readTextFile(String(source))),
  );
  assert.deepEqual(texts, Object.values(formatUserFiles(1000)));
  await one[Symbol.asyncDispose]();
  assert.equal((await Array.fromAsync(Deno.readDir(users))).length, 1);
  await other[Symbol.asyncDispose]();
  assert.deepEqual(await Array.fromAsync(Deno.readDir(users)), []);
});
